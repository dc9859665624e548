using System;
using System.Collections.Concurrent;
using System.IO;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace ILGPU.Ptx;

/// <summary>C# lines of an assembly, from its portable PDB.</summary>
internal sealed class SourceLines
{
    private static readonly ConcurrentDictionary<Assembly, SourceLines> _all = new();

    private readonly MetadataReaderProvider? _provider;
    private readonly MetadataReader? _reader;

    private SourceLines(Assembly assembly)
    {
        // An assembly made in memory has no file and so no lines.
        if (assembly.IsDynamic || !File.Exists(assembly.Location))
        {
            return;
        }

        using var image = new PEReader(File.OpenRead(assembly.Location));
        image.TryOpenAssociatedPortablePdb(assembly.Location, path => File.Exists(path) ? File.OpenRead(path) : null, out _provider, out _);
        _reader = _provider?.GetMetadataReader();
    }

    public static SourceLines Of(Assembly assembly) => _all.GetOrAdd(assembly, key => new SourceLines(key));

    /// <summary>File and line of an instruction; the assembly's name if the PDB does not tell.</summary>
    public string Find(MethodBase method, int offset)
    {
        if (_reader is null)
        {
            return $"{method.Module.Name}, no PDB";
        }

        MethodDebugInformation information = _reader.GetMethodDebugInformation(
            ((MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken)).ToDebugInformationHandle());
        SequencePoint? found = null;
        foreach (SequencePoint point in information.GetSequencePoints())
        {
            if (!point.IsHidden && (found is null || point.Offset <= offset))
            {
                found = point;
            }
        }

        return found is { } line ? $"{FileName(_reader.GetString(_reader.GetDocument(line.Document).Name))}:{line.StartLine}" : $"{method.Module.Name}, no line";
    }

    // Without the folders above src or tests, which differ between machines.
    private static string FileName(string path)
    {
        string slashed = path.Replace('\\', '/');
        int root = Math.Max(slashed.LastIndexOf("/src/", StringComparison.Ordinal), slashed.LastIndexOf("/tests/", StringComparison.Ordinal));
        return root < 0 ? slashed : slashed[(root + 1)..];
    }
}
