using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public void What_is_saved_is_loaded()
    {
        Checkpoint checkpoint = Make(250);
        CheckpointFile.Write(_folder.File("c"), checkpoint);
        Checkpoint back = CheckpointFile.Read(_folder.File("c"));
        Assert.Equal((250, 4294967295u, checkpoint.Configuration), (back.Step, back.Seed, back.Configuration));
        Assert.Equal(checkpoint.RandomCounters, back.RandomCounters);
        Assert.Equal(checkpoint.ModelHashes, back.ModelHashes);
        Assert.Equal(checkpoint.Tensors.Keys.Order(), back.Tensors.Keys.Order());
        Assert.Equal([1f, float.NaN, -0f], back.Require("parameters.net", TensorType.F32, 3).Values<float>().ToArray());
        Assert.Equal([3, 1, 2], back.Require("grid", TensorType.U8, 1, 3).Values<byte>().ToArray());
        Assert.False(File.Exists(_folder.File("c.tmp")));
    }

    [Fact]
    public void The_same_state_gives_the_same_bytes_in_any_order()
    {
        CheckpointFile.Write(_folder.File("a"), Make(1));
        Checkpoint shuffled = Make(1) with { Tensors = Make(1).Tensors.Reverse().ToDictionary(), ModelHashes = Make(1).ModelHashes.Reverse().ToDictionary() };
        CheckpointFile.Write(_folder.File("b"), shuffled);
        Assert.Equal(File.ReadAllBytes(_folder.File("a")), File.ReadAllBytes(_folder.File("b")));
    }

    [Fact]
    public void Determining_options_hold_no_trace_of_place_or_machine()
    {
        RunConfiguration c = new() { Prompt = "a mushroom" };
        string same = ConfigurationFile.WriteDetermining(c with
        {
            Model = "/somewhere/model",
            Threads = 7,
            Device = "cuda:1",
            CheckpointInterval = 3,
            CheckpointKeep = 9,
            CheckpointMilestones = 12,
            PreviewInterval = 1,
            Preset = "other",
        });
        Assert.Equal(ConfigurationFile.WriteDetermining(c), same);
        Assert.NotEqual(same, ConfigurationFile.WriteDetermining(c with { Seed = 1 }));
        Assert.NotEqual(same, ConfigurationFile.WriteDetermining(c with { Nerf = c.Nerf with { Bound = 2f } }));
    }

    [Fact]
    public void Every_damaged_byte_is_noticed()
    {
        CheckpointFile.Write(_folder.File("good"), Make(7));
        byte[] good = File.ReadAllBytes(_folder.File("good"));
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x20;
            File.WriteAllBytes(_folder.File("bad"), bad);
            Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => CheckpointFile.Read(_folder.File("bad"))).ExitCode);
        }
    }

    [Fact]
    public void A_changed_header_is_noticed()
    {
        CheckpointFile.Write(_folder.File("c"), Make(7));
        string file = Encoding.Latin1.GetString(File.ReadAllBytes(_folder.File("c")));
        AssertRefused(Encoding.Latin1.GetBytes(file.Replace("\"step\":\"7\"", "\"step\":\"8\"", StringComparison.Ordinal)), "its header is damaged");
        AssertRefused(Encoding.Latin1.GetBytes(file.Replace("[1,3]", "[3,1]", StringComparison.Ordinal)), "its header is damaged");
    }

    [Fact]
    public void Damaged_tensor_foreign_file_and_other_version_are_named()
    {
        CheckpointFile.Write(_folder.File("c"), Make(7));
        byte[] file = File.ReadAllBytes(_folder.File("c"));
        file[^1] ^= 1;
        AssertRefused(file, "tensor 'grid' is damaged: expected SHA-256 ");
        AssertRefused(Foreign(new() { ["format"] = "pt" }), "expected format 'dfk-checkpoint', got 'pt'");
        AssertRefused(Foreign([]), "got none");
        AssertRefused(Foreign(new() { ["format"] = "dfk-checkpoint", ["version"] = "2" }), "expected format version 1, got 2");
        AssertRefused(Foreign(new() { ["format"] = "dfk-checkpoint", ["version"] = "-1" }), "'version' is '-1'");
        AssertRefused(Foreign(new() { ["format"] = "dfk-checkpoint", ["version"] = "1" }), "lack 'header_sha256'");
    }

    [Fact]
    public void Tensor_of_another_shape_names_both_sides()
    {
        DfkException e = Assert.Throws<DfkException>(() => Make(1).Require("grid", TensorType.U8, 4));
        Assert.Contains("tensor 'grid': expected U8 [4], got U8 [1, 3]", e.Message, StringComparison.Ordinal);
        Assert.Contains("expected a tensor 'x', got only grid, ", Assert.Throws<DfkException>(() => Make(1).Require("x", TensorType.U8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_are_kept_and_latest_names_the_newest()
    {
        CheckpointFolder folder = new(_folder.File("checkpoints"), keep: 2);
        Assert.Null(folder.LatestPath);
        foreach (int step in new[] { 100, 250, 1_000_000, 300 })
        {
            string path = folder.Save(Make(step));
            Assert.Equal(path, folder.LatestPath);
        }

        // 300 was saved last, as after a return to an earlier state; with it the newest other one stays.
        Assert.Equal([300, 1_000_000], folder.Steps);
        Assert.Equal("000300.safetensors\n", File.ReadAllText(Path.Combine(folder.Path, "latest")));
    }

    [Fact]
    public void Milestones_are_kept_beside_the_newest()
    {
        CheckpointFolder folder = new(_folder.File("checkpoints"), keep: 2, milestones: 100);
        foreach (int step in new[] { 50, 100, 150, 200, 250, 300, 350 })
        {
            folder.Save(Make(step));
        }

        Assert.Equal([100, 200, 300, 350], folder.Steps);
        RunConfiguration run = new() { Prompt = "x", Iters = 1000, CheckpointInterval = 50 };
        // Two newest and one being written; with ten milestones; never more than a run saves.
        Assert.Equal(3, CheckpointFolder.MostFiles(run));
        Assert.Equal(13, CheckpointFolder.MostFiles(run with { CheckpointMilestones = 100 }));
        Assert.Equal(2, CheckpointFolder.MostFiles(run with { Iters = 50 }));
        DfkException error = Assert.Throws<DfkException>(() => (run with { CheckpointMilestones = 120 }).Validate());
        Assert.Contains("checkpoint_milestones: expected 0 or a multiple of checkpoint_interval, 50, got 120", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_step_than_its_name_says_is_refused()
    {
        CheckpointFolder folder = new(_folder.File("checkpoints"), keep: 2);
        folder.Save(Make(3));
        Assert.Equal(3, folder.Read(3).Step);
        File.Move(folder.PathOf(3), folder.PathOf(4));
        DfkException error = Assert.Throws<DfkException>(() => folder.Read(4));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("expected the state after 4 steps, as its name says, got that after 3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("none.safetensors")]
    public void Latest_cannot_lead_elsewhere(string name)
    {
        CheckpointFolder folder = new(_folder.File("checkpoints"), keep: 1);
        CheckpointFile.Write(_folder.File("outside.safetensors"), Make(1));
        File.WriteAllText(Path.Combine(folder.Path, "latest"), name);
        Assert.Contains($"got '{name}'", Assert.Throws<DfkException>(() => folder.LatestPath).Message, StringComparison.Ordinal);
    }

    private static Checkpoint Make(int step)
    {
        return new Checkpoint
        {
            Step = step,
            Seed = uint.MaxValue,
            RandomCounters = new SortedDictionary<string, long> { ["b"] = -1, ["a"] = long.MaxValue },
            Configuration = ConfigurationFile.WriteDetermining(new RunConfiguration { Prompt = "a hamburger" }),
            ModelHashes = new SortedDictionary<string, string> { ["unet/model.onnx"] = new string('1', 64), ["a"] = "2" },
            Tensors = new Dictionary<string, Tensor>
            {
                ["parameters.net"] = Tensor.From(new[] { 1f, float.NaN, -0f }, 3),
                ["grid"] = Tensor.From(new byte[] { 3, 1, 2 }, 1, 3),
            },
        };
    }

    private static byte[] Foreign(Dictionary<string, string> metadata)
    {
        using MemoryStream stream = new();
        SafeTensorsWriter.Write(stream, metadata, new Dictionary<string, Tensor>());
        return stream.ToArray();
    }

    private void AssertRefused(byte[] file, string expected)
    {
        File.WriteAllBytes(_folder.File("bad"), file);
        Assert.Contains(expected, Assert.Throws<DfkException>(() => CheckpointFile.Read(_folder.File("bad"))).Message, StringComparison.Ordinal);
    }
}
