using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Models;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import;

/// <summary>Imports of tests.</summary>
internal static class ImportFolders
{
    /// <summary>Imports a checkpoint of a tiny base.</summary>
    public static ImportResult Import(string checkpoint, string folder, Func<ImportRequest, ImportRequest>? change = null)
    {
        ImportRequest request = new() { CheckpointPath = checkpoint, Architectures = TinyBases.Both };
        return ModelImport.ToFolder(change is null ? request : change(request), folder, progress: null, CancellationToken.None);
    }

    /// <summary>Hash of each file by its path, dfk-import.json apart.</summary>
    public static Dictionary<string, string> Hashes(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(folder, path)).Where(name => name != "dfk-import.json").Order(StringComparer.Ordinal)
        .ToDictionary(name => name, name => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, name)))));

    /// <summary>Asserts that two folders are byte-equal, dfk-import.json apart.</summary>
    public static void AssertSame(string expected, string got) => Assert.Equal(Hashes(expected), Hashes(got));

    /// <summary>Asserts that a folder is what the rest of the program takes.</summary>
    public static void AssertUsable(string folder) => Assert.Empty(ModelInspection.Of(folder).Problems);

    /// <summary>Entries of a test's folder.</summary>
    public static string[] Names(string folder) => [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
