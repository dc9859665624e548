using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.RandomCheckpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import;

/// <summary>An import leaves a whole folder or nothing, in the user's place and in the cache.</summary>
public sealed class WholeOrNothingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _checkpoint;

    public WholeOrNothingTests()
    {
        _checkpoint = _folder.File("tiny.safetensors");
        TensorSource.Write(_checkpoint, RandomCheckpoint.SingleFile(TinyBases.One, TensorType.F16, 4));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_record_holds_sources_options_decisions_and_versions_and_no_path()
    {
        ImportFolders.Import(_checkpoint, _folder.File("out"), request => request with { ClipSkip = 1 });
        string text = File.ReadAllText(_folder.File("out/dfk-import.json"));
        Assert.DoesNotContain(_folder.Path, text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        JsonElement source = json.RootElement.GetProperty("sources")[0];
        Assert.Equal(("checkpoint", "tiny.safetensors", new FileInfo(_checkpoint).Length), (source.GetProperty("role").GetString(), source.GetProperty("file").GetString(), source.GetProperty("bytes").GetInt64()));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_checkpoint))), source.GetProperty("sha256").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("options").GetProperty("clip_skip").GetInt32());
        Assert.Equal("epsilon", json.RootElement.GetProperty("prediction").GetProperty("type").GetString());
        Assert.True(json.RootElement.GetProperty("decisions").GetArrayLength() >= 2);
        Assert.NotNull(json.RootElement.GetProperty("versions").GetProperty("dfk").GetString());
    }

    [Theory]
    [InlineData("reading the checkpoint for its checksum")]
    [InlineData("writing the text encoder")]
    [InlineData("writing the UNet")]
    [InlineData("writing the VAE decoder")]
    [InlineData("writing the tokenizer")]
    public void An_interrupted_import_leaves_nothing(string activity)
    {
        using CancellationTokenSource stop = new();
        Progress progress = new(activity, stop);
        ImportRequest request = new() { CheckpointPath = _checkpoint, Architectures = TinyBases.Both };
        DfkException error = Assert.ThrowsAny<DfkException>(() => ModelImport.ToFolder(request, _folder.File("out"), progress, stop.Token));
        Assert.Equal(ExitCode.Interrupted, error.ExitCode);
        Assert.Equal(["tiny.safetensors"], ImportFolders.Names(_folder.Path));
        DiskCache cache = new(_folder.File("cache"));
        using CancellationTokenSource again = new();
        Assert.ThrowsAny<DfkException>(() => ModelImport.ToCache(request, cache, new Progress(activity, again), again.Token));
        Assert.True(!Directory.Exists(_folder.File("cache/models")) || ImportFolders.Names(_folder.File("cache/models")).Length == 0);
    }

    [Fact]
    public void A_folder_with_something_in_it_is_refused_and_stays_as_it_is()
    {
        Directory.CreateDirectory(_folder.File("out"));
        File.WriteAllText(_folder.File("out/thesis.txt"), "mine");
        DfkException error = Assert.ThrowsAny<DfkException>(() => ImportFolders.Import(_checkpoint, _folder.File("out")));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("got one that holds thesis.txt", error.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], ImportFolders.Names(_folder.File("out")));
    }

    [Fact]
    public void An_empty_folder_and_a_place_in_missing_folders_are_filled()
    {
        Directory.CreateDirectory(_folder.File("empty"));
        ImportFolders.Import(_checkpoint, _folder.File("empty") + Path.DirectorySeparatorChar);
        ImportFolders.Import(_checkpoint, _folder.File("some/where/else"));
        ImportFolders.AssertSame(_folder.File("empty"), _folder.File("some/where/else"));
        Assert.Equal(
            ["dfk-import.json", "model_index.json", "scheduler", "text_encoder", "tokenizer", "unet", "vae_decoder", "vae_encoder"], ImportFolders.Names(_folder.File("empty")));
    }

    [Fact]
    public void What_a_killed_import_left_is_removed_and_what_another_one_writes_is_not()
    {
        foreach (string name in (string[])["out.importing-1", "out.importing-2", "out.importing-mine"])
        {
            Directory.CreateDirectory(_folder.File(name));
        }

        File.WriteAllText(_folder.File("out.importing-1/.lock"), "");
        using (new FileStream(_folder.File("out.importing-2/.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            ImportFolders.Import(_checkpoint, _folder.File("out"));
        }

        Assert.Equal(["out", "out.importing-2", "out.importing-mine", "tiny.safetensors"], ImportFolders.Names(_folder.Path));
    }

    [Fact]
    public void The_cache_keeps_an_import_until_it_is_deleted()
    {
        ImportRequest request = new() { CheckpointPath = _checkpoint, Architectures = TinyBases.Both };
        // Smaller than the import: the bound is not for imported models.
        DiskCache cache = new(_folder.File("cache"), limitBytes: 1000);
        ImportResult first = ModelImport.ToCache(request, cache, null, CancellationToken.None);
        ImportResult second = ModelImport.ToCache(request, cache, null, CancellationToken.None);
        ImportResult other = ModelImport.ToCache(request with { ClipSkip = 1 }, cache, null, CancellationToken.None);
        Assert.Equal((false, true, false), (first.WasCached, second.WasCached, other.WasCached));
        Assert.Equal(first.Folder, second.Folder);
        Assert.NotEqual(first.Folder, other.Folder);
        ImportFolders.AssertUsable(first.Folder);
        ImportFolders.Import(_checkpoint, _folder.File("out"));
        ImportFolders.AssertSame(_folder.File("out"), first.Folder);
        cache.Add("other", "key", folder => File.WriteAllText(Path.Combine(folder, "x"), "x"));
        IReadOnlyList<ImportedModel> listed = ImportedModels.In(_folder.File("cache"));
        Assert.Equal(2, listed.Count);
        Assert.All(listed, model => Assert.Equal("tiny.safetensors", model.Source));
        Assert.All(listed, model => Assert.True(model.Bytes > first.Bytes / 2));
        // A damaged one is made again.
        File.AppendAllText(Path.Combine(first.Folder, "unet", "model.onnx"), "x");
        Assert.False(ModelImport.ToCache(request, cache, null, CancellationToken.None).WasCached);
    }

    [Fact]
    public void A_cache_that_cannot_be_used_is_exit_4_and_points_elsewhere()
    {
        File.WriteAllText(_folder.File("cache"), "a file");
        DfkException error = Assert.ThrowsAny<DfkException>(() =>
            ModelImport.ToCache(new ImportRequest { CheckpointPath = _checkpoint, Architectures = TinyBases.Both }, new DiskCache(_folder.File("cache")), null, CancellationToken.None));
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Contains($"dfk models import {_checkpoint} --out DIR", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_counts_up_to_its_total_and_the_folder_appears_behind_it()
    {
        List<ImportProgress> seen = [];
        void Listen(ImportProgress progress)
        {
            // Of a folder that is killed half-way nothing may be at its place.
            Assert.False(Directory.Exists(_folder.File("out")), $"The folder is there while {progress.Activity}.");
            seen.Add(progress);
        }

        ModelImport.ToFolder(new ImportRequest { CheckpointPath = _checkpoint, Architectures = TinyBases.Both }, _folder.File("out"), new Listener(Listen), CancellationToken.None);
        Assert.True(seen.Zip(seen.Skip(1)).All(pair => pair.First.DoneBytes <= pair.Second.DoneBytes));
        Assert.All(seen, progress => Assert.InRange(progress.DoneBytes, 0, progress.TotalBytes));
        Assert.Equal(
            ["reading the checkpoint for its checksum", "writing the text encoder", "writing the UNet", "writing the VAE encoder", "writing the VAE decoder", "writing the tokenizer"],
            seen.Select(progress => progress.Activity).Distinct());
    }

    private sealed class Listener(Action<ImportProgress> listen) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => listen(value);
    }

    // Stops when a part begins.
    private sealed class Progress(string activity, CancellationTokenSource stop) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Activity == activity)
            {
                stop.Cancel();
            }
        }
    }
}
