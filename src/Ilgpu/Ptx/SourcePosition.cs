using System.Reflection;

namespace ILGPU.Ptx;

/// <summary>Where an instruction comes from.</summary>
/// <param name="Method">Method; null for what the compiler adds.</param>
/// <param name="Offset">Offset in its intermediate language.</param>
internal readonly record struct SourcePosition(MethodBase? Method, int Offset)
{
    /// <summary>File and line, if the assembly has a portable PDB beside it.</summary>
    public string Line => Method is null ? "prologue" : SourceLines.Of(Method.Module.Assembly).Find(Method, Offset);

    /// <summary>Method, offset and line.</summary>
    public string Describe() => Method is null ? "prologue" : $"{Method.DeclaringType?.Name}.{Method.Name} IL_{Offset:x4} ({Line})";
}
