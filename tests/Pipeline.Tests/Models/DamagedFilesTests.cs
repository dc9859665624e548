using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Models;

/// <summary>Files that are cut short or have wrong bytes: a clear error or no harm, and never a large allocation.</summary>
public sealed class DamagedFilesTests
{
    private const long AllocationMargin = 32 << 20;

    // Nodes stand at a graph's beginning, extents and lengths of weights everywhere.
    [Theory]
    [InlineData("text_encoder/model.onnx")]
    [InlineData("unet/model.onnx")]
    [InlineData("vae_encoder/model.onnx")]
    [InlineData("vae_decoder/model.onnx")]
    [InlineData("clip/image_encoder.onnx")]
    [InlineData("clip/text_encoder.onnx")]
    public void ToyboxGraph(string graph)
    {
        using ToyboxCopy copy = new();
        ModelFolder.Open(copy.Path);
        Damage(copy[graph], copy.Path, seed: 11, count: 30, () => ModelFolder.Open(copy.Path));
    }

    [Theory]
    [InlineData("tokenizer/vocab.json")]
    [InlineData("tokenizer/merges.txt")]
    [InlineData("tokenizer/special_tokens_map.json")]
    [InlineData("tokenizer/tokenizer_config.json")]
    public void ToyboxTokenizer(string file)
    {
        using ToyboxCopy copy = new();
        ModelFolder model = ModelFolder.Open(copy.Path);
        Damage(copy[file], copy.Path, seed: 12, count: 60, () => ClipTokenizer.Load(model).Encode("a hamburger, front view"));
    }

    // Small enough to open thousands of times; what opens is loaded and run, as training would.
    [Theory]
    [InlineData("model_index.json", 100)]
    [InlineData("scheduler/scheduler_config.json", 150)]
    [InlineData("tokenizer/spiece.model", 300)]
    [InlineData("tokenizer/tokenizer_config.json", 100)]
    [InlineData("text_encoder/config.json", 100)]
    [InlineData("text_encoder/model.onnx", 600)]
    [InlineData("unet/config.json", 100)]
    [InlineData("unet/model.onnx", 600)]
    public void PixelFolderIsOpenedAndRun(string file, int count)
    {
        using PixelFolder folder = new();
        Damage(folder[file], folder.Path, seed: 13, count, () =>
        {
            ModelFolder model = ModelFolder.Open(folder.Path);
            using TextEncoder encoder = new(model);
            using Denoiser denoiser = new(model, new NoiseSchedule(model.Scheduler));
            denoiser.Predict(new float[denoiser.LatentLength], 500, encoder.Encode("a cat"));
        });
    }

    [Fact]
    public void LengthsThatNoFileHoldsAllocateNothing()
    {
        using ToyboxCopy copy = new();
        ModelFolder.Open(copy.Path);
        long normal = Allocated(() => ModelFolder.Open(copy.Path));
        Action[] damages =
        [
            () => copy.Edit("vae_decoder/model.onnx", model => model.Graph.Initializer[0].Dims[0] = int.MaxValue),
            // Field 7, the graph, of 2 GiB, of which nothing is there.
            () => File.WriteAllBytes(copy["vae_decoder/model.onnx"], [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]),
        ];
        foreach (Action damage in damages)
        {
            damage();
            long allocated = Allocated(() => Assert.Throws<InvalidModelException>(() => ModelFolder.Open(copy.Path)));
            Assert.True(allocated <= normal + AllocationMargin, $"{allocated} bytes, {normal} without damage.");
        }
    }

    private static void Damage(string path, string folder, int seed, int count, Action use)
    {
        byte[] whole = File.ReadAllBytes(path);
        use();
        long normal = Allocated(use);
        Random random = new(seed);
        List<string> wrong = [];
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            (string how, byte[] damaged) = Damaged(whole, random, i);
            File.WriteAllBytes(path, damaged);
            Exception? e = null;
            long allocated = Allocated(() => e = Record.Exception(use));
            refused += e is null ? 0 : 1;
            if (e is not null and not InvalidModelException)
            {
                wrong.Add($"{how}: {e}");
            }
            else if (e is not null && !e.Message.Contains(folder, StringComparison.Ordinal))
            {
                wrong.Add($"{how}: the message names no file: {e.Message}");
            }

            if (allocated > (2 * normal) + AllocationMargin)
            {
                wrong.Add($"{how}: {allocated} bytes allocated, {normal} without damage");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(5)));
        Assert.True(refused > count / 10, $"Only {refused} of {count} were noticed.");
    }

    // Every third is cut short; else a bit flips, or a byte becomes one of a varint's extremes.
    private static (string How, byte[] Bytes) Damaged(byte[] whole, Random random, int number)
    {
        // Half of the positions in the first tenth.
        int position = random.Next(random.Next(2) == 0 ? Math.Max(1, whole.Length / 10) : whole.Length);
        if (number % 3 == 0)
        {
            return ($"cut at {position}", whole[..position]);
        }

        byte[] damaged = [.. whole];
        damaged[position] = (number % 3, random.Next(3)) switch
        {
            (1, _) => (byte)(damaged[position] ^ (1 << random.Next(8))),
            (_, 0) => 0xFF,
            (_, 1) => 0x00,
            _ => 0x7F,
        };
        return ($"byte {position} is {damaged[position]:x2}, was {whole[position]:x2}", damaged);
    }

    private static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
