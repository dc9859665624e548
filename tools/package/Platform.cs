using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace DreamFusion.Package;

/// <summary>A platform that the program is published for.</summary>
/// <param name="RuntimeIdentifier">Its name in .NET.</param>
/// <param name="NativeLibrary">The file of ONNX Runtime that must lie beside the program.</param>
/// <param name="Program">The file that starts it.</param>
/// <param name="IsZip">Whether its users expect a zip and not a tar.</param>
public sealed record Platform(string RuntimeIdentifier, string NativeLibrary, string Program, bool IsZip)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Platform> All { get; } =
    [
        new("linux-x64", "libonnxruntime.so", "dfk", false),
        new("win-x64", "onnxruntime.dll", "dfk.exe", true),
        new("osx-arm64", "libonnxruntime.dylib", "dfk", false),
    ];

    /// <summary>Extension of its archive.</summary>
    public string ArchiveExtension => IsZip ? ".zip" : ".tar.gz";

    /// <summary>The platform of a name.</summary>
    /// <exception cref="PackageException">If there is none.</exception>
    public static Platform Named(string name) => All.FirstOrDefault(platform => platform.RuntimeIdentifier == name)
        ?? throw new PackageException($"expected {string.Join(", ", All.Select(platform => platform.RuntimeIdentifier))}, got '{name}'.");

    /// <summary>What is wrong with a published folder, one line each: a part that is missing, another platform's library, a path of this machine.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isSelfContained">Whether it must hold .NET, too.</param>
    /// <param name="forbidden">Texts that no file may hold, such as the path of the sources.</param>
    public IReadOnlyList<string> Defects(string folder, bool isSelfContained, IReadOnlyList<string> forbidden)
    {
        List<string> needed = ["dfk.dll", NativeLibrary, "models/toybox/model_index.json", "models/toybox/unet/model.onnx", "models/toybox/vocabulary.json", "licenses/clip-vocabulary/LICENSE.txt"];
        if (isSelfContained)
        {
            needed.AddRange([Program, IsZip ? "coreclr.dll" : RuntimeIdentifier.StartsWith("osx", StringComparison.Ordinal) ? "libcoreclr.dylib" : "libcoreclr.so"]);
        }

        List<string> defects = [.. needed.Where(name => !File.Exists(Path.Combine(folder, name))).Select(name => $"{name} is missing")];
        defects.AddRange(All.Where(other => other.NativeLibrary != NativeLibrary && File.Exists(Path.Combine(folder, other.NativeLibrary)))
            .Select(other => $"{other.NativeLibrary} is {other.RuntimeIdentifier}'s"));
        foreach (string file in PublishedFiles.In(folder))
        {
            string path = Path.Combine(folder, file);
            if (Path.GetExtension(file) is ".dbg" or ".dSYM" or ".debug" || (Path.GetExtension(file) == ".pdb" && !IsManagedSymbols(path)))
            {
                defects.Add($"{file} holds native debug symbols");
            }

            byte[] bytes = File.ReadAllBytes(path);
            defects.AddRange(forbidden.Where(text => PublishedFiles.Holds(bytes, text)).Select(text => $"{file} holds the text '{text}'"));
        }

        return defects;
    }

    // Portable PDBs begin with "BSJB": .NET's line numbers for stack traces.
    private static bool IsManagedSymbols(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("BSJB"u8);
    }
}
