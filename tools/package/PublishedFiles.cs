using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace DreamFusion.Package;

/// <summary>The files of a published folder.</summary>
public static class PublishedFiles
{
    /// <summary>Names relative to the folder, with slashes, in the order of their code units: the same on every machine.</summary>
    public static IReadOnlyList<string> In(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    /// <summary>Whether bytes hold a text, in UTF-8 or in UTF-16 as .NET keeps its strings.</summary>
    public static bool Holds(ReadOnlySpan<byte> bytes, string text) =>
        bytes.IndexOf(Encoding.UTF8.GetBytes(text)) >= 0 || bytes.IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;
}
