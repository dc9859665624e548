using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace DreamFusion.Architecture.Tests.Il;

/// <summary>A line of C#.</summary>
/// <param name="Path">Path with forward slashes, from the repository's root where the file lies in it.</param>
/// <param name="Line">Line number from 1; 0 where the compiler left no line.</param>
public sealed record SourceLine(string Path, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}:{Line}";
}

/// <summary>Finds the C# line of an IL offset in the portable PDB that lies beside an assembly or is embedded in it.</summary>
public sealed class SourceLines
{
    private static readonly ConcurrentDictionary<string, SourceLines> _cache = new();

    /// <summary>Kept: the reader points into its memory.</summary>
    private readonly MetadataReaderProvider? _provider;
    private readonly MetadataReader? _pdb;

    private SourceLines(string assemblyPath)
    {
        using var image = new PEReader(File.OpenRead(assemblyPath));
        image.TryOpenAssociatedPortablePdb(assemblyPath, path => File.Exists(path) ? File.OpenRead(path) : null, out _provider, out _);
        _pdb = _provider?.GetMetadataReader();
    }

    /// <summary>The lines of an assembly.</summary>
    public static SourceLines Of(Assembly assembly) => _cache.GetOrAdd(assembly.Location, path => new SourceLines(path));

    /// <summary>The last line that starts at or before an offset.</summary>
    public SourceLine Find(MethodBase method, int offset)
    {
        if (_pdb is null)
        {
            return new SourceLine($"{method.Module.Name} (no PDB)", 0);
        }

        MethodDebugInformation information = _pdb.GetMethodDebugInformation(
            ((MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken)).ToDebugInformationHandle());
        SequencePoint? found = null;
        foreach (SequencePoint point in information.GetSequencePoints().Where(point => !point.IsHidden))
        {
            if (found is null || point.Offset <= offset)
            {
                found = point;
            }
        }

        return found is null
            ? new SourceLine($"{method.Module.Name} (no line)", 0)
            : new SourceLine(Relative(_pdb.GetString(_pdb.GetDocument(found.Value.Document).Name)), found.Value.StartLine);
    }

    /// <summary>Source files of every type definition, by the type's metadata token.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<string>> FilesOfTypes(MetadataReader metadata)
    {
        var files = new Dictionary<int, IReadOnlyList<string>>();
        if (_pdb is null)
        {
            return files;
        }

        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            IEnumerable<DocumentHandle> documents = metadata.GetTypeDefinition(handle).GetMethods()
                .Select(method => _pdb.GetMethodDebugInformation(method).Document)
                .Where(document => !document.IsNil)
                .Concat(DeclaredDocuments(handle));
            files[MetadataTokens.GetToken(handle)] = [.. documents.Distinct().Select(document => Relative(_pdb.GetString(_pdb.GetDocument(document).Name)))];
        }

        return files;
    }

    /// <summary>Types without code (interfaces, enums) name their files in a custom record (portable PDB specification, "Type Definition Documents").</summary>
    private IEnumerable<DocumentHandle> DeclaredDocuments(TypeDefinitionHandle type)
    {
        var typeDefinitionDocuments = new Guid("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");
        foreach (CustomDebugInformationHandle handle in _pdb!.GetCustomDebugInformation(type))
        {
            CustomDebugInformation information = _pdb.GetCustomDebugInformation(handle);
            if (_pdb.GetGuid(information.Kind) != typeDefinitionDocuments)
            {
                continue;
            }

            BlobReader blob = _pdb.GetBlobReader(information.Value);
            while (blob.RemainingBytes > 0)
            {
                yield return MetadataTokens.DocumentHandle(blob.ReadCompressedInteger());
            }
        }
    }

    private static string Relative(string path)
    {
        string slashed = path.Replace('\\', '/');
        int root = new[] { "/src/", "/tests/" }.Select(folder => slashed.LastIndexOf(folder, StringComparison.Ordinal)).Max();
        return root < 0 ? slashed : slashed[(root + 1)..];
    }
}
