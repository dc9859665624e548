using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Cache;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Cache;

public sealed class DiskCacheTests : IDisposable
{
    private const string Kind = "things";
    private readonly TemporaryFolder _folder = new();
    private readonly DiskCache _cache;

    public DiskCacheTests() => _cache = new DiskCache(_folder.Path, 10_000);

    [Fact]
    public void WhatWasAddedIsFoundByAnotherInstance()
    {
        Assert.Null(_cache.Find(Kind, "a"));
        string? added = Add("a", 100);
        string? found = new DiskCache(_folder.Path).Find(Kind, "a");
        Assert.Equal(added, found);
        Assert.Equal(100, new FileInfo(Path.Combine(found!, "data")).Length);
        Assert.Null(_cache.Find("others", "a"));
        Assert.Empty(_cache.Warnings);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("changed")]
    [InlineData("missing")]
    [InlineData("added")]
    [InlineData("manifest")]
    [InlineData("no manifest")]
    public void ADamagedEntryIsRemovedAndNotFound(string damage)
    {
        string entry = Add("a", 100)!;
        string data = Path.Combine(entry, "data");
        switch (damage)
        {
            case "cut":
                File.WriteAllBytes(data, new byte[99]);
                break;
            case "changed":
                File.WriteAllBytes(data, [.. new byte[99], 1]);
                break;
            case "missing":
                File.Delete(data);
                break;
            case "added":
                File.WriteAllText(Path.Combine(entry, "more"), "");
                break;
            case "manifest":
                File.WriteAllText(Path.Combine(entry, "manifest.json"), "{");
                break;
            default:
                File.Delete(Path.Combine(entry, "manifest.json"));
                break;
        }

        Assert.Null(_cache.Find(Kind, "a"));
        Assert.False(Directory.Exists(entry));
        Assert.NotNull(Add("a", 100));
        Assert.NotNull(_cache.Find(Kind, "a"));
    }

    [Fact]
    public void AWriterThatFailsLeavesNothing()
    {
        Assert.Throws<InvalidOperationException>(() => _cache.Add(Kind, "a", path =>
        {
            File.WriteAllText(Path.Combine(path, "data"), "half");
            throw new InvalidOperationException();
        }));
        Assert.Null(_cache.Find(Kind, "a"));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_folder.Path, Kind)));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    public void TheLeastRecentlyUsedEntryGoesFirst(string unused)
    {
        string[] keys = ["a", "b", "c"];
        foreach (string key in keys)
        {
            Age(Add(key, 3_000)!, hours: key == unused ? 1 : 2);
        }

        foreach (string key in keys.Where(k => k != unused))
        {
            _cache.Find(Kind, key);
        }

        Add("d", 3_000);
        Assert.Equal([.. keys.Where(k => k != unused), "d"], ((string[])[.. keys, "d"]).Where(key => _cache.Find(Kind, key) is not null));
    }

    [Fact]
    public void AnEntryLargerThanTheLimitIsNotKept()
    {
        Add("a", 100);
        Assert.Null(Add("b", 20_000));
        Assert.NotNull(_cache.Find(Kind, "a"));
        Assert.Empty(_cache.Warnings);
    }

    [Fact]
    public void ImportedModelsStayAndDoNotCount()
    {
        _cache.Add(DiskCache.ImportedModels, "m", path => File.WriteAllBytes(Path.Combine(path, "data"), new byte[50_000]));
        Add("a", 100);
        Assert.NotNull(_cache.Find(DiskCache.ImportedModels, "m"));
        Assert.NotNull(_cache.Find(Kind, "a"));
    }

    [Fact]
    public void WhatADeadProcessLeftIsRemovedAfterADay()
    {
        string left = Path.Combine(_folder.Path, Kind, ".a.1.x");
        Directory.CreateDirectory(left);
        Add("b", 1);
        Assert.True(Directory.Exists(left));
        Directory.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddDays(-2));
        Add("c", 1);
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public void AFolderThatCannotBeMadeIsOneWarning()
    {
        File.WriteAllText(_folder.File("file"), "");
        DiskCache cache = new(_folder.File("file"));
        Assert.Null(cache.Find(Kind, "a"));
        Assert.Null(cache.Add(Kind, "a", path => File.WriteAllText(Path.Combine(path, "data"), "")));
        Assert.Null(cache.Add(Kind, "b", path => File.WriteAllText(Path.Combine(path, "data"), "")));
        Assert.Contains("DFK_CACHE", Assert.Single(cache.Warnings), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string? Add(string key, int bytes) => _cache.Add(Kind, key, path => File.WriteAllBytes(Path.Combine(path, "data"), new byte[bytes]));

    private static void Age(string entry, int hours) => File.SetLastWriteTimeUtc(Path.Combine(entry, "manifest.json"), DateTime.UtcNow.AddHours(-hours));
}
