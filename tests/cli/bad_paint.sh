# SPDX-License-Identifier: Apache-2.0
# bad_paint.sh - paint, compare and the other commands on networks that paint, for bad_input.sh, which reads this file.
# shellcheck shell=sh disable=SC2154,SC2046,SC2086
painter=$kit/traces/paint/sana
judge=$kit/traces/paint/classifier
shapes=random:$painter/transformer/config.json
pa() { "$stamp" paint "$@"; }
quick() { "$stamp" paint "$@" --steps 1 --guidance 1; }
t 'paint: works' 0 quick "$painter" --prompt 'fox on red' -o fox.png --judge "$judge"
t 'paint: the empty prompt works' 0 quick "$painter" --prompt '' -o none.png
t 'paint: a grid of its own works' 0 quick "$painter" --prompt fox -o wide.png --grid 2x5
quick "$painter" --prompt 'fox on red' -o net.png --on net >/dev/null
quick "$painter" --prompt 'fox on red' -o model.png --on model >/dev/null
t 'paint: network in C and machine, one picture' 0 cmp net.png model.png
t 'paint: no model' 2 pa --prompt fox
t 'paint: two models' 2 pa "$painter" "$painter" --prompt fox
says 'needs --prompt' 'paint: no prompt' 1 pa "$painter" -o out
says '"wibble" is not in the vocabulary' 'paint: a word it does not know' 1 pa "$painter" --prompt 'wibble on red' -o out
says 'at most' 'paint: more words than the encoder has rows' 1 pa "$painter" --prompt "$(printf 'red %.0s' $(seq 40))" -o out
says 'not a network that paints' 'paint: a Llama folder' 1 pa "$model" --prompt fox -o out
says 'not a network that paints' 'paint: a DeiT folder' 1 pa vit --prompt fox -o out
t 'paint: a picture as a model' 1 pa fox.png --prompt fox -o out
t 'paint: no such model' 1 pa nowhere --prompt fox -o out
t 'paint: the transformer alone' 1 pa "$painter/transformer" --prompt fox -o out
for grid in 0x0 3 x 3x 3x3x3 -1x4 4097x1 99999999999999999999x1; do t "paint: grid $grid" 2 pa "$painter" --prompt fox --grid $grid -o out; done
says 'a latent of' 'paint: a grid beyond all memory' 1 pa "$painter" --prompt fox --grid 4096x4096 -o out
t 'paint: 0 steps' 2 pa "$painter" --prompt fox --steps 0
t 'paint: guidance below 0' 2 pa "$painter" --prompt fox --guidance -1
t 'paint: nowhere to run' 2 pa "$painter" --prompt fox --on paper
t 'paint: phases without a machine' 2 pa "$painter" --prompt fox --on net --phases
t 'paint: a machine in f32' 2 pa "$painter" --prompt fox --machine tiny
t 'paint: f32 weights on the network in C' 2 pa "$painter" --prompt fox --on net --weight-bits f32
t 'paint: a transform over another grid' 1 pa "$painter" --prompt fox --on net --transform haar2d:3x3 -o out
t 'paint: output in a folder that is not there' 1 pa "$painter" --prompt fox -o none/out
t 'paint: output is a folder' 1 pa "$painter" --prompt fox -o "$painter"
t 'paint: disk full' 1 quick "$painter" --prompt fox -o /dev/full
t 'paint: disk full, JSON' 1 full "$stamp" paint "$painter" --prompt fox --steps 1 --json
t 'paint: interrupted' 130 interrupted "$stamp" paint "$painter" --prompt fox --steps 1000 --on net -o out
says 'is no CaptionClassifier' 'paint: a Llama folder as a judge' 1 pa "$painter" --prompt 'fox on red' --judge "$model" -o out
t 'paint: a painter as a judge' 1 pa "$painter" --prompt 'fox on red' --judge "$painter" -o out
says 'one background' 'paint: a prompt the judge does not understand' 1 pa "$painter" --prompt fox --judge "$judge" -o out
says '32 x 32 pixels' 'paint: a picture too large for the judge' 1 pa "$painter" --prompt 'fox on red' --grid 32x32 --judge "$judge" -o out
says 'is of random networks' 'paint: rows of text beside a prompt' 1 pa "$painter" --prompt fox --text-tokens 4 -o out
says 'no --prompt' 'paint: a prompt for a random network' 1 pa "$shapes" --prompt fox
says 'no --judge' 'paint: a judge of a random network' 1 pa "$shapes" --judge "$judge"
says 'needs --prompt' 'paint: a picture of a random network' 1 pa "$shapes" -o out
says 'takes 1 to 300' 'paint: more rows of text than the network has' 1 pa "$shapes" --text-tokens 301
t 'paint: more prompts than 64' 2 pa "$painter" $(printf -- '--prompt fox %.0s' $(seq 65)) -o out

# Folders with one thing bent
bent() { rm -rf bent && cp -r "$painter" bent; }
class() { sed "s/\"_class_name\": \"[A-Za-z0-9]*\"/\"_class_name\": \"$2\"/" "$painter/$1" >bent/"$1"; }
bent && rm -r bent/transformer
t 'paint: folder without a transformer' 1 pa bent --prompt fox -o out
bent && head -c 100000 "$painter/transformer/diffusion_pytorch_model.safetensors" >bent/transformer/diffusion_pytorch_model.safetensors
t 'paint: weights cut' 1 pa bent --prompt fox -o out
bent && class transformer/config.json SD3Transformer2DModel
says SD3Transformer2DModel 'paint: a transformer of another class' 1 pa bent --prompt fox -o out
bent && class vae/config.json AutoencoderKL
says AutoencoderKL 'paint: a decoder of another class' 1 pa bent --prompt fox -o out
bent && class text_encoder/config.json T5EncoderModel
says T5EncoderModel 'paint: an encoder of another class' 1 pa bent --prompt fox -o out
bent && class scheduler/scheduler_config.json EulerAncestralDiscreteScheduler
says EulerAncestralDiscreteScheduler 'paint: a scheduler of another class' 1 pa bent --prompt fox -o out
bent && class model_index.json StableDiffusion3Pipeline
says StableDiffusion3Pipeline 'paint: another pipeline' 1 pa bent --prompt fox -o out
for part in model_index.json scheduler text_encoder tokenizer vae; do
    bent && rm -r bent/$part
    t "paint: folder without $part" 1 pa bent --prompt fox -o out
done
bent && sed 's/"num_layers": 6/"num_layers": 7/' "$painter/transformer/config.json" >bent/transformer/config.json
t 'paint: config.json that contradicts' 1 pa bent --prompt fox -o out

# compare over prompts
cp_() { "$stamp" compare "$painter" "$@"; }
printf 'fox on red\n' >prompts
: >void
t 'compare: a painter without prompts' 2 cp_
t 'compare: prompts and a text' 2 cp_ --prompt fox --text "$text"
t 'compare: prompts and a picture' 2 cp_ fox.png --prompt fox
says 'is of texts' 'compare: tokens of prompts' 2 cp_ --prompt fox --tokens 4
says 'is of prompts' 'compare: seeds of a text' 2 cmp_ "$model" --text "$text" --seeds 2
says 'is of prompts' 'compare: a grid of a text' 2 cmp_ "$model" --text "$text" --grid 4x4
t 'compare: f32 for a text' 2 cmp_ "$model" --text "$text" --on net
t 'compare: f32 for prompts' 2 cp_ --prompt fox --on f32
t 'compare: f32 weights of a painter' 2 cp_ --prompt fox --weight-bits f32
t 'compare: a machine for the network in C' 2 cp_ --prompt fox --machine tiny
t 'compare: 0 seeds' 2 cp_ --prompt fox --seeds 0
t 'compare: 0 steps of the sampler' 2 cp_ --prompt fox --steps 0
says 'does not paint' 'compare: prompts for a Llama' 1 cmp_ "$model" --prompt fox
says 'does not paint' 'compare: prompts for a DeiT' 1 cmp_ small --prompt fox
says 'no words' 'compare: prompts for a random network' 1 cmp_ "$shapes" --prompt fox
says 'stamp paint' 'compare: a text for a painter' 1 cp_ --text "$text"
t 'compare: no such prompts' 1 cp_ --prompts nowhere
says 'no prompts' 'compare: prompts of nothing' 1 cp_ --prompts void
t 'compare: prompts that are no text' 1 cp_ --prompts fox.png
says 'at most 64' 'compare: more prompts than 64' 1 cp_ --prompts "$text"
says 'not in the vocabulary' 'compare: a word it does not know' 1 cp_ --prompts prompts --prompt wibble
says 'one background' 'compare: a prompt the judge does not understand' 1 cp_ --prompt fox --judge "$judge"
t 'compare: no such judge' 1 cp_ --prompts prompts --judge nowhere
t 'compare: sheet in a folder that is not there' 1 cp_ --prompt fox --sheet none/out
t 'compare: sheet over the prompts' 1 cp_ --prompts prompts --sheet prompts
says 'a sheet of' 'compare: a sheet that is no picture' 1 cp_ --prompts prompts --grid 1x4096 --sheet out
t 'compare: prompts interrupted' 130 interrupted "$stamp" compare "$painter" --prompt fox --sheet out

# What else takes a checkpoint
for command in eval generate demo compare; do
    case $command in generate) rest='--prompt fox' ;; demo) rest= ;; *) rest="--text $text" ;; esac
    case $command in demo) name=--model ;; *) name= ;; esac
    says 'stamp paint' "$command: a network that paints" 1 "$stamp" $command $name "$painter" $rest
done
says 'stamp paint' 'classify: a network that paints' 1 "$stamp" classify "$painter" one.png
says 'stamp paint' 'capture: a network that paints' 1 "$stamp" capture "$painter" one.png --layer blocks.0.q -o out
t 'tokenize: a network that paints' 1 "$stamp" tokenize "$painter" --prompt fox
t 'info: a grid works' 0 "$stamp" info "$painter" --grid 3x5
t 'graph: a grid works' 0 "$stamp" graph "$painter" --grid 3x5
says 'no grid to choose' 'graph: a grid of a Llama' 1 "$stamp" graph "$model" --grid 3x5
says 'no --grid' 'info: a grid of a program' 1 "$stamp" info p.stamp --grid 3x5
says 'rows of text' 'compile: more rows of text than the network has' 1 "$stamp" compile "$painter" --tokens 301 -o out
says 'no --decode' 'compile: decode of a painter' 1 "$stamp" compile "$painter" --tokens 3 --decode 2 -o out
t 'compile: a grid of a weight' 2 "$stamp" compile w.npy --rows 4 --grid 2x2 -o out
t 'compile: rows of text work' 0 "$stamp" compile "$painter" --tokens 3 --grid 2x2 -o painter.stamp
