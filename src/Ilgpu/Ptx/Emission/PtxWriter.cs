using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ILGPU.Ptx.Code;
using ILGPU.Runtime;

namespace ILGPU.Ptx.Emission;

/// <summary>Writes a kernel as PTX.</summary>
internal sealed partial class PtxWriter
{
    private readonly KernelCode _code;
    private readonly PtxTarget _target;
    private readonly RegisterNames _names = new();
    private readonly List<string> _lines = [];
    private readonly HashSet<Register> _read;
    private string _comment = string.Empty;

    private PtxWriter(KernelCode code, PtxTarget target)
    {
        _code = code;
        _target = target;
        _read = [.. code.Instructions.SelectMany(instruction => instruction.Sources).Concat(code.Blocks.Select(block => block.Condition)).OfType<Register>()];
    }

    /// <summary>The module's text, its instructions and its virtual registers.</summary>
    public static (string Text, int Instructions, int Registers) Write(
        KernelCode code, string entryName, PtxTarget target, KernelSpecialization specialization)
    {
        var writer = new PtxWriter(code, target);
        writer.WriteBody();
        return (writer.Assemble(entryName, specialization), writer._lines.Count(line => line.EndsWith(';')), writer._names.Count);
    }

    // Turing's matrix instructions came later than Turing.
    private string IsaVersion => _target.IsaVersion == "6.4" && _code.Instructions.Any(instruction => instruction.Operation is Operation.MultiplyMatrix or Operation.LoadMatrix)
        ? "6.5" : _target.IsaVersion;

    private string Assemble(string entryName, KernelSpecialization specialization)
    {
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');
        Line($".version {IsaVersion}");
        Line(string.Create(CultureInfo.InvariantCulture, $".target sm_{_target.Architecture}"));
        Line(".address_size 64");
        Line(string.Empty);
        foreach (MemoryArray dynamic in _code.Arrays.Where(array => array.Size == 0))
        {
            Line($".extern .shared .align 16 .b8 {dynamic.Name}[];");
        }

        Line($".visible .entry {entryName}(");
        Line(string.Join(",\n", _code.Parameters.Select(parameter => $"    .param .align {parameter.Alignment} .b8 {parameter.Name}[{parameter.Size}]")));
        Line(")");
        if (specialization.MaxNumThreadsPerGroup is { } threads)
        {
            Line($".maxntid {threads}, 1, 1");
        }

        if (specialization.MinNumGroupsPerMultiprocessor is { } groups)
        {
            Line($".minnctapersm {groups}");
        }

        Line("{");
        foreach (string declaration in _names.Declarations())
        {
            Line("    " + declaration);
        }

        foreach (MemoryArray array in _code.Arrays.Where(array => array.Size > 0))
        {
            Line($"    .{(array.Space == AddressSpace.Local ? "local" : "shared")} .align 16 .b8 {array.Name}[{array.Size}];");
        }

        _lines.ForEach(Line);
        Line("}");
        return text.ToString();
    }

    private void WriteBody()
    {
        for (int i = 0; i < _code.Blocks.Count; i++)
        {
            BasicBlock block = _code.Blocks[i];
            BasicBlock? following = i + 1 < _code.Blocks.Count ? _code.Blocks[i + 1] : null;
            _lines.Add($"{Label(block)}:");
            if (block.Unroll == 0)
            {
                _lines.Add("    .pragma \"nounroll\";");
            }

            foreach (PtxInstruction instruction in block.Instructions)
            {
                _comment = _target.LineComments ? $" // {instruction.Position.Line}" : string.Empty;
                WriteInstruction(instruction);
            }

            _comment = string.Empty;
            WriteEnd(block, following);
        }
    }

    private void WriteEnd(BasicBlock block, BasicBlock? following)
    {
        if (block.Next is null)
        {
            Add("ret;");
            return;
        }

        if (block.Condition is not null)
        {
            string condition = Name(block.Condition);
            if (block.Taken == following)
            {
                Add($"@!{condition} bra {Label(block.Next)};");
                return;
            }

            Add($"@{condition} bra {Label(block.Taken!)};");
        }

        if (block.Next != following)
        {
            Add($"bra.uni {Label(block.Next)};");
        }
    }

    // Numbers in the order of the text: what earlier passes made and dropped does not show.
    private string Label(BasicBlock block) => $"B{_code.Blocks.IndexOf(block) + 1}";

    private void Add(string line) => _lines.Add("    " + line + _comment);

    private string Name(Operand operand) => operand switch
    {
        Register register => _names.Of(register),
        Constant { Type: DataType.Predicate } flag => flag.IsZero ? "0" : "-1",
        _ => operand.ToString()!,
    };

    // A register where PTX takes no constant.
    private string InRegister(Operand operand)
    {
        if (operand is Register register)
        {
            return _names.Of(register);
        }

        (string prefix, string type) = operand.Type switch
        {
            DataType.Predicate => ("%p", "pred"),
            DataType.S64 => ("%rd", "u64"),
            DataType.F32 => ("%f", "f32"),
            DataType.F64 => ("%fd", "f64"),
            _ => ("%r", "u32"),
        };
        string name = _names.New(prefix);
        Add($"mov.{type} {name}, {Name(operand)};");
        return name;
    }
}
