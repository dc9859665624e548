using System.Collections.Generic;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>
/// Finds where each address points. A register that receives addresses of several spaces becomes generic, and what flows into it is converted; afterwards
/// every load and store knows its space.
/// </summary>
internal sealed class AddressSpaces
{
    private readonly KernelCode _code;
    private readonly Dictionary<Register, AddressSpace> _spaces = [];

    private AddressSpaces(KernelCode code)
    {
        _code = code;
    }

    public static void Run(KernelCode code)
    {
        var pass = new AddressSpaces(code);
        pass.Infer();
        foreach (BasicBlock block in code.Blocks)
        {
            pass.Convert(block);
        }
    }

    private void Infer()
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (PtxInstruction instruction in _code.Instructions)
            {
                if (instruction.Result is not { Type: DataType.S64 } result)
                {
                    continue;
                }

                AddressSpace joined = Join(Of(result), Produced(instruction));
                if (joined != Of(result))
                {
                    _spaces[result] = joined;
                    changed = true;
                }
            }
        }
    }

    private AddressSpace Produced(PtxInstruction instruction) => instruction.Operation switch
    {
        Operation.LoadParameter => instruction.Space,
        Operation.Mov => Of(instruction.Sources[0]),
        Operation.SelP => Join(Of(instruction.Sources[0]), Of(instruction.Sources[1])),
        Operation.Add => Join(Of(instruction.Sources[0]), Of(instruction.Sources[1])),
        Operation.Sub => Of(instruction.Sources[0]),
        _ => AddressSpace.None,
    };

    private AddressSpace Of(Operand operand) => operand switch
    {
        ArrayAddress array => array.Array.Space,
        Register register => _spaces.GetValueOrDefault(register),
        _ => AddressSpace.None,
    };

    private static AddressSpace Join(AddressSpace first, AddressSpace second)
        => first == second || second == AddressSpace.None ? first : first == AddressSpace.None ? second : AddressSpace.Generic;

    private void Convert(BasicBlock block)
    {
        List<PtxInstruction> converted = new(block.Instructions.Count);
        foreach (PtxInstruction instruction in block.Instructions)
        {
            AddressSpace wanted = instruction.Result is { Type: DataType.S64 } result && instruction.Operation is Operation.Mov or Operation.SelP or Operation.Add or Operation.Sub
                ? Of(result) : AddressSpace.None;
            Operand[] sources = [.. instruction.Sources];
            for (int i = 0; i < sources.Length; i++)
            {
                sources[i] = ConvertSource(instruction, i, wanted, converted);
            }

            PtxInstruction changed = instruction.With(instruction.Result, sources);
            if (changed.IsMemory)
            {
                // An address of unknown origin is the host's.
                AddressSpace space = Of(instruction.Sources[0]);
                changed.Space = space == AddressSpace.None ? AddressSpace.Global : space;
            }

            converted.Add(changed);
        }

        block.Instructions.Clear();
        block.Instructions.AddRange(converted);
    }

    private Operand ConvertSource(PtxInstruction instruction, int index, AddressSpace wanted, List<PtxInstruction> before)
    {
        Operand source = instruction.Sources[index];
        AddressSpace space = Of(source);
        bool mustConvert = wanted == AddressSpace.Generic && space is AddressSpace.Local or AddressSpace.Shared;
        bool isPlace = (instruction.IsMemory && index == 0) || instruction.Operation == Operation.Mov;
        if (source is ArrayAddress && (mustConvert || !isPlace))
        {
            source = Insert(source, before, instruction);
        }

        if (!mustConvert)
        {
            return source;
        }

        Register generic = _code.NewRegister(DataType.S64);
        before.Add(new PtxInstruction(Operation.ToGeneric, DataType.U64, generic, source) { Space = space, Position = instruction.Position });
        return generic;
    }

    private Register Insert(Operand source, List<PtxInstruction> before, PtxInstruction at)
    {
        Register register = _code.NewRegister(DataType.S64);
        before.Add(new PtxInstruction(Operation.Mov, DataType.S64, register, source) { Position = at.Position });
        return register;
    }
}
