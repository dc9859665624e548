using System.Collections.Generic;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>A parsed module with one entry point.</summary>
public sealed class PtxProgram
{
    public string Version { get; set; } = string.Empty;

    public string Target { get; set; } = string.Empty;

    public string Entry { get; set; } = string.Empty;

    /// <summary>Parameters by name: offset in the parameter block, and size.</summary>
    public Dictionary<string, (int Offset, int Size)> Parameters { get; } = [];

    public int ParameterBytes { get; set; }

    public Dictionary<string, RegisterInfo> Registers { get; } = [];

    /// <summary>Shared and local arrays by name.</summary>
    public Dictionary<string, ArrayInfo> Arrays { get; } = [];

    public int SharedBytes { get; set; }

    public int LocalBytes { get; set; }

    /// <summary>The largest group that the kernel may be launched with; null if the module does not say.</summary>
    public int? MaximumThreads { get; set; }

    public List<Statement> Statements { get; } = [];

    public Dictionary<string, int> Labels { get; } = [];
}

/// <summary>A declared register.</summary>
public sealed record RegisterInfo(string Name, int Index, string Type)
{
    /// <summary>Bits; 1 for a predicate.</summary>
    public int Width => Type == "pred" ? 1 : int.Parse(Type[1..], System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A declared array.</summary>
public sealed record ArrayInfo(string Name, bool IsShared, int Offset, int Size);

/// <summary>One instruction as text.</summary>
/// <param name="Guard">Predicate register, or null.</param>
/// <param name="GuardNegated">Whether the instruction runs where the guard is false.</param>
/// <param name="Parts">Opcode and modifiers.</param>
/// <param name="Operands">Operands as text.</param>
/// <param name="Line">Line of the source.</param>
public sealed record Statement(string? Guard, bool GuardNegated, string[] Parts, string[] Operands, int Line)
{
    public string Opcode => Parts[0];

    public override string ToString() => $"line {Line}: {string.Join('.', Parts)} {string.Join(", ", Operands)}";
}
