# SPDX-License-Identifier: Apache-2.0
# bad_vision.sh - compare, capture and what takes texts on vision transformers, for bad_input.sh, which reads this file.
# shellcheck shell=sh disable=SC2154
python3 "$kit/tests/cli/vit_sample.py" || exit 1
head -c 60 a.png >half.png
says 'a ViT network takes pictures, no text' 'compare: a text for pictures' 1 cmp_ small --text "$text"
says 'a ViT network takes pictures, no text' 'eval: a network of pictures' 1 ev small --text "$text"
says 'a ViT network takes pictures, no text' 'generate: a network of pictures' 1 gen small
says 'a ViT network takes pictures, no text' 'demo: a network of pictures' 1 "$stamp" demo --model small
says 'a Llama network takes text, no pictures' 'compare: pictures for a text' 1 cmp_ "$model" a.png
says 'a Llama network takes text, no pictures' 'capture: a picture for a text' 1 "$stamp" capture "$model" a.png \
    --layer layers.0.q -o out
says 'one picture a run' 'compile: many tokens of pictures' 1 "$stamp" compile small --tokens 4 -o out
says 'blocks.0 to blocks.1 with .q .k .v .o .fc1 .fc2' 'capture: no such layer of pictures' 1 "$stamp" capture small a.png \
    --layer layers.0.q -o out
says 'layers.0 to layers.4 with .q .k .v .o .gate .up .down' 'demo: no such layer' 1 "$stamp" demo --model "$model" \
    --text "$text" --layer blocks.0.q --on model
t 'compare: text and pictures' 2 cmp_ small a.png --text "$text"
t 'compare: a picture broken off' 1 cmp_ small a.png half.png
t 'compare: no such picture' 1 cmp_ small a.png nowhere.png
t 'compare: scored tokens of pictures' 2 cmp_ small a.png --tokens 4
t 'compare: a machine for pictures' 2 cmp_ small a.png --machine tiny
t 'compare: f32 weights of a text' 2 cmp_ "$model" --text "$text" --weight-bits f32
t 'compare: calibration for pictures' 2 cmp_ small a.png --quantizer clip --calib "$text"
t 'capture: two pictures' 2 "$stamp" capture small a.png b.png --layer blocks.0.q -o out
t 'capture: text and a picture' 2 "$stamp" capture small a.png --text "$text" --layer blocks.0.q -o out
t 'capture: output over the picture' 1 "$stamp" capture small a.png --layer blocks.0.q -o a.png
