# SPDX-License-Identifier: Apache-2.0
# bad_pictures.sh - classify, graph and vision transformers, for bad_input.sh, which reads this file.
# shellcheck shell=sh disable=SC2154
see() { "$stamp" classify "$@"; }
"$kit/tests/compiler/deit.py" make vit 24 1 3 4 12 10 5 || exit 1
base64 -d >one.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mPwBQAATwBOxAN74QAA
AABJRU5ErkJggg==
END
base64 -d >wide.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAJxAAAAABCAAAAABdtevXAAAAIElEQVR42u3BAQkAAAACoKY3vR+h
pgAAAAAAAAAAAHBghvmJHiQVoJoAAAAASUVORK5CYII=
END
base64 -d >tall.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAAAEAACcQCAAAAAD47k15AAAAK0lEQVR42u3CMQ0AAAACIKMb3Roe
DNIAAAAAAAAAAAAAAAAAAAAAAAAAcGCE04keiH6x2AAAAABJRU5ErkJggg==
END
t 'classify: 1 x 1 works' 0 see vit one.png
t 'classify: 10000 x 1' 0 see vit wide.png
t 'classify: 1 x 10000' 0 see vit tall.png
t 'classify: no pictures' 2 see vit
t 'classify: no such picture' 1 see vit none.png
t 'classify: a folder as a picture' 1 see vit vit
t 'classify: text as a picture' 1 see vit "$text"
t 'classify: empty picture' 1 see vit empty.npy
head -c 50 one.png >cut.png
t 'classify: picture cut' 1 see vit cut.png
said 'ends early'
printf '\377\330\377\340\000\020JFIF\000\001' >photo.jpg
t 'classify: a JPEG' 1 see vit photo.jpg
said 'a JPEG file'
t 'classify: the second picture is none' 1 see vit one.png photo.jpg --json
t 'classify: no such checkpoint' 1 see nowhere one.png
t 'classify: an array as a checkpoint' 1 see x.npy one.png
t 'classify: a picture as a checkpoint' 1 see one.png one.png
t 'classify: a language model' 1 see "$model" one.png
said 'takes text, no pictures'
t 'classify: weights without heads' 1 see vit/model.safetensors one.png
t 'classify: nowhere to run' 2 see vit one.png --on paper
t 'classify: grid that does not hold the patches' 1 see vit one.png --on net --transform haar2d:4x4
t 'classify: f32 activations on a machine' 2 see vit one.png --on model --act-bits f32
t 'classify: tensors in f32' 2 see vit one.png --tensors
t 'classify: tensors of the RTL alone' 2 see vit one.png --tensors --on rtl
t 'classify: phases without a machine' 2 see vit one.png --phases --on net
t 'classify: machine in f32' 2 see vit one.png --machine tiny
printf 'cat\n' >short.txt
t 'classify: too few labels work' 0 see vit one.png --labels short.txt
t 'classify: no such labels' 1 see vit one.png --labels none.txt
t 'classify: labels that are no text' 1 see vit one.png --labels one.png
t 'classify: labels are a folder' 1 see vit one.png --labels vit
t 'classify: disk full' 1 full "$stamp" classify vit one.png
t 'classify: disk full, JSON' 1 full "$stamp" classify vit one.png --json
t 'graph: works' 0 "$stamp" graph vit
t 'graph: no checkpoint' 2 "$stamp" graph
t 'graph: a picture' 1 "$stamp" graph one.png
t 'graph: disk full' 1 full "$stamp" graph vit --dot
cp -r vit twisted && sed 's/"depth": 1/"depth": 2/' vit/config.json >twisted/config.json
t 'vit: config.json that contradicts' 1 see twisted one.png
sed 's/"num_heads": 3/"num_heads": 5/' vit/config.json >twisted/config.json
t 'vit: heads that do not divide the width' 1 see twisted one.png
head -c 5000 vit/model.safetensors >twisted/model.safetensors
t 'vit: tensors cut' 1 see twisted one.png
rm twisted/model.safetensors
t 'vit: folder without tensors' 1 see twisted one.png
t 'vit: eval' 1 "$stamp" eval vit --text "$text"
said 'takes pictures, no text'
t 'vit: eval on the network in C' 1 "$stamp" eval vit --text "$text" --on net
said 'takes pictures, no text'
t 'vit: generate' 1 "$stamp" generate vit --prompt hello
said 'takes pictures, no text'
t 'vit: tokenize' 1 "$stamp" tokenize vit --prompt hello
t 'vit: demo' 1 "$stamp" demo --model vit --text "$text" --on model
said 'takes pictures, no text'
t 'vit: compare' 1 "$stamp" compare vit --text "$text"
said 'takes pictures, no text'
