using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using DreamFusion.Architecture.Tests.Il;
using Xunit;

namespace DreamFusion.Architecture.Tests;

/// <summary>A type's namespace is its folder, read from the assemblies and their PDBs.</summary>
public sealed class NamespaceTests
{
    // ILGPU's own namespaces are not ours to choose (ILGPU.Runtime.CPU and Cuda); src/Ilgpu is therefore not in this list.
    [Theory]
    [InlineData("DreamFusion.Kernels", "src/Kernels")]
    [InlineData("DreamFusion.Autodiff", "src/Autodiff")]
    [InlineData("DreamFusion.Pipeline", "src/Pipeline")]
    [InlineData("dfk", "src/Cli", "DreamFusion.Cli")]
    public void NamespacesEqualFolders(string assembly, string folder, string? root = null)
    {
        using var image = new PEReader(File.OpenRead(AssemblyReferences.PathOf(assembly)));
        MetadataReader metadata = image.GetMetadataReader();
        IReadOnlyDictionary<int, IReadOnlyList<string>> files = SourceLines.Of(Assembly.Load(assembly)).FilesOfTypes(metadata);
        var strangers = new List<string>();
        int seen = 0;
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            string space = metadata.GetString(type.Namespace);
            string name = metadata.GetString(type.Name);
            // Nested types go with their owner; the compiler's own types and the program's entry have no namespace.
            if (!type.GetDeclaringType().IsNil || space.Length == 0)
            {
                continue;
            }

            // Generated code (protobuf, regular expressions) lies outside the source folder.
            foreach (string file in files[MetadataTokens.GetToken(handle)].Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal)))
            {
                seen++;
                string below = Path.GetDirectoryName(file)![folder.Length..].Replace('/', '.').Replace('\\', '.');
                if (space != (root ?? assembly) + below)
                {
                    strangers.Add($"{space}.{name} lies in {file}; its namespace should be {(root ?? assembly) + below}");
                }
            }
        }

        Assert.True(strangers.Count == 0, string.Join('\n', strangers));
        Assert.NotEqual(0, seen);
    }
}
