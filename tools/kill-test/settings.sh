# What kill-test's scripts share: the runs, the uninterrupted ones they are compared with, and the verdict.
# Expects: repository, program, work (an existing folder), and the functions' callers to read run, reference, wall.

fail() { echo "$(basename "$(dirname "$0")")/$(basename "$0"): $*" >&2; exit 2; }

[ -x "$program" ] || fail "no program at $program; build src/Cli first, or name one with --program."
export DFK_CACHE=$work/cache
# A judge's scores are no part of what is compared, and its views are most of the time of a run this small.
model=$work/model
if [ ! -d "$model" ]; then
    cp -r "$repository/models/toybox" "$model.part" && rm -rf "$model.part/clip" && mv "$model.part" "$model" || fail "the embedded prior cannot be copied."
fi

tiny_iters=(24 28 24 36 24 60)

# The arguments of a run: its kind, its number among the settings, its folder.
arguments() {
    if [ "$1" = defaults ]; then
        run=(train "a hamburger" --seed "$2" --quiet --no-video --no-mesh --out "$3")
        iters=$(grep -Eo '^iters: [0-9]+' "$work/reference-defaults-0/config.yaml" 2> /dev/null | grep -Eo '[0-9]+' || echo 0)
    else
        iters=${tiny_iters[$2]}
        local preset=(--preset toybox)
        # One of the settings has another optimiser and a learnt background.
        [ "$2" -ne 2 ] || preset=(--preset stable-dreamfusion --set nerf.encoder_cfg.num_levels=8
            --set renderer.grid_resolution=32 --set renderer.max_steps=64 --set renderer.eval_max_steps=64)
        run=(train "a hamburger" --seed "$2" --iters "$iters" --model "$model" "${preset[@]}" --quiet --no-video --no-mesh --out "$3"
            --set checkpoint_interval=4 --set preview_interval=0 --set nerf.encoder_cfg.log2_hashmap_size=10
            --set data.train_dataset.width=16 --set data.train_dataset.height=16
            --set data.test_dataset.width=16 --set data.test_dataset.height=16 --set data.test_dataset.size=2)
    fi
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# An uninterrupted run: its kind, its number among the settings. Prints its wall time in milliseconds.
uninterrupted() {
    local begin; begin=$(milliseconds)
    arguments "$1" "$2" "$3"
    "$program" "${run[@]}" --threads 1 < /dev/null > "$3.out" 2>&1 || { cat "$3.out" >&2; fail "the uninterrupted run $1 $2 failed."; }
    echo $(($(milliseconds) - begin))
}

# Sets reference and wall, the wall time that kills are drawn from.
reference() {
    reference=$work/reference-$1-$2
    if [ ! -s "$reference.ms" ]; then
        rm -rf "$reference"
        uninterrupted "$1" "$2" "$reference" > "$reference.part" || exit 2
        mv "$reference.part" "$reference.ms"
    fi
    wall=$(cat "$reference.ms")
}

# Times an uninterrupted run anew, since the machine's load changes, and says if it is not the first one's equal.
time_again() {
    rm -rf "$work/again"
    uninterrupted "$1" "$2" "$work/again" > "$reference.part" || exit 2
    mv "$reference.part" "$reference.ms"
    wall=$(cat "$reference.ms")
    cmp -s "$reference/sheet.png" "$work/again/sheet.png" && diff -r "$reference/checkpoints" "$work/again/checkpoints" > /dev/null || fail "two uninterrupted runs differ: $reference and $work/again."
}

newest() { # newest checkpoint's step in a run folder, 0 if there is none
    local file step=0
    for file in "$1"/checkpoints/*.safetensors; do [ -e "$file" ] && step=$((10#$(basename "$file" .safetensors))); done
    echo "$step"
}

# Resumes by the printed command where the run folder has its configuration, else by the command that started it; with 1 or 2 threads.
resume() {
    local folder=$1 threads=$((1 + RANDOM % 2))
    if [ -s "$folder/config.yaml" ] && [ $((RANDOM % 2)) -eq 0 ]; then
        "$program" train "--resume=$folder" --quiet --no-video --no-mesh --threads $threads < /dev/null > "$folder.resumed" 2>&1
    else
        "$program" "${run[@]}" --resume --threads $threads < /dev/null > "$folder.resumed" 2>&1
    fi
}

# What is wrong with a resumed run: nothing, 'lost ...' or 'differs ...'.
verdict() {
    local folder=$1 code=$2 before=$3 name went_on expected
    [ "$code" -eq 0 ] || { echo "lost: exit $code: $(tail -n 1 "$folder.resumed")"; return; }
    expected=$(newest "$reference")
    name=checkpoints/$(printf '%06d' "$expected").safetensors
    went_on=$(grep -Eo 'after [0-9]+ steps' "$folder/log.txt" | tail -1 | grep -Eo '[0-9]+')
    [ "${went_on:-0}" -ge "$before" ] || { echo "lost: went on after ${went_on:-0} steps, a checkpoint of $before was there"; return; }
    for name in "$name" checkpoints/latest sheet.png; do
        cmp -s "$reference/$name" "$folder/$name" || { echo "differs: $name"; return; }
    done
    [ -z "$(find "$folder" -name '*.tmp')" ] || { echo "differs: temporary files are left"; return; }
    [ "$(wc -l < "$folder/metrics.jsonl")" -eq "$expected" ] || { echo "differs: $(wc -l < "$folder/metrics.jsonl") lines of metrics for $expected steps"; return; }
    echo good
}
