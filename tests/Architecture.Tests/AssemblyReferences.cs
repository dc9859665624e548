using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DreamFusion.Architecture.Tests;

/// <summary>Reads references out of built assemblies without loading them.</summary>
public static class AssemblyReferences
{
    private static readonly string _runtimeFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>Path of an assembly beside the tests.</summary>
    public static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    /// <summary>Names of the assemblies that an assembly refers to, without those of the .NET runtime.</summary>
    public static IReadOnlyList<string> Of(string assembly)
    {
        using var image = new PEReader(File.OpenRead(PathOf(assembly)));
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => !File.Exists(Path.Combine(_runtimeFolder, name + ".dll")))
            .Order(StringComparer.Ordinal)];
    }
}
