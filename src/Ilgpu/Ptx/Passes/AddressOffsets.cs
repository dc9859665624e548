using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>
/// Moves constants out of address arithmetic into the offsets of loads and stores: base + (i + c) s becomes base + i s with the offset c s, so that neighbouring
/// elements share one address. An index of 32 bits that would wrap around is out of range either way.
/// </summary>
internal sealed class AddressOffsets
{
    private readonly KernelCode _code;
    private readonly Dictionary<Register, PtxInstruction> _definitions;

    // Addresses made in the current block, by base, index and size of an element.
    private readonly Dictionary<(Operand Base, Operand Index, int Size), Register> _shared = [];

    // Where registers were assigned last in the current block.
    private readonly Dictionary<Register, int> _places = [];

    private AddressOffsets(KernelCode code)
    {
        _code = code;
        _definitions = code.Instructions
            .Where(instruction => instruction.Result is not null)
            .GroupBy(instruction => instruction.Result!)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.Single());
    }

    public static bool Run(KernelCode code)
    {
        var pass = new AddressOffsets(code);
        bool changed = false;
        foreach (BasicBlock block in code.Blocks)
        {
            changed |= pass.Run(block);
        }

        return changed;
    }

    private bool Run(BasicBlock block)
    {
        _shared.Clear();
        _places.Clear();
        bool changed = false;
        var instructions = new List<PtxInstruction>(block.Instructions.Count);
        foreach (PtxInstruction instruction in block.Instructions)
        {
            PtxInstruction? simpler = instruction.IsMemory ? Simpler(instruction, instructions) : null;
            changed |= simpler is not null;
            instructions.Add(simpler ?? instruction);
            if (instruction.Result is not null)
            {
                _places[instruction.Result] = instructions.Count;
            }
        }

        block.Instructions.Clear();
        block.Instructions.AddRange(instructions);
        return changed;
    }

    private PtxInstruction? Simpler(PtxInstruction memory, List<PtxInstruction> before)
    {
        Operand address = memory.Sources[0];
        long offset = memory.Offset;
        while (true)
        {
            if (address is ArrayAddress { Offset: not 0 } array)
            {
                offset += array.Offset;
                address = new ArrayAddress(array.Array, 0);
            }
            else if (Definition(address, Operation.Add) is { } sum && sum.Sources[1] is Constant distance
                && (IsLasting(sum.Sources[0]) || IsUnchangedSince(sum, (Register)sum.Sources[0])))
            {
                offset += distance.Int64;
                address = sum.Sources[0];
            }
            else if (WithoutIndexConstant(address, memory.Position, before, ref offset) is { } shared)
            {
                address = shared;
            }
            else
            {
                break;
            }
        }

        // PTX offsets have 32 bits.
        if (ReferenceEquals(address, memory.Sources[0]) || offset is > int.MaxValue or < int.MinValue)
        {
            return null;
        }

        PtxInstruction result = memory.With(memory.Result, [address, .. memory.Sources[1..]]);
        result.Offset = offset;
        return result;
    }

    // base + (i + c) s without c; null if the address is nothing of that kind.
    private Register? WithoutIndexConstant(Operand address, SourcePosition position, List<PtxInstruction> before, ref long offset)
    {
        if (Definition(address, Operation.Add) is not { Sources: [{ } start, Register scaled] } || !IsLasting(start)
            || Definition(scaled, Operation.MulWide) is not { Type: DataType.S32, Sources: [Register index, Constant size] }
            || Definition(index, Operation.Add) is not { Sources: [Register variable, Constant constant] } || !IsLasting(variable))
        {
            return null;
        }

        offset += (long)constant.Int32 * size.Int32;
        (Operand Base, Operand Index, int Size) key = (start, variable, size.Int32);
        if (!_shared.TryGetValue(key, out Register? shared))
        {
            Register product = _code.NewRegister(DataType.S64);
            shared = _code.NewRegister(DataType.S64);
            Add(before, new PtxInstruction(Operation.MulWide, DataType.S32, product, variable, size) { Position = position });
            Add(before, new PtxInstruction(Operation.Add, DataType.S64, shared, start, product) { Position = position });
            _shared.Add(key, shared);
        }

        return shared;
    }

    private void Add(List<PtxInstruction> before, PtxInstruction instruction)
    {
        before.Add(instruction);
        _definitions.Add(instruction.Result!, instruction);
    }

    private PtxInstruction? Definition(Operand operand, Operation operation)
        => operand is Register register && _definitions.TryGetValue(register, out PtxInstruction? definition) && definition.Operation == operation ? definition : null;

    // A variable that was not assigned in this block since the sum was.
    private bool IsUnchangedSince(PtxInstruction sum, Register variable)
        => _places.TryGetValue(sum.Result!, out int place) && _places.GetValueOrDefault(variable) < place;

    // A register that is assigned once holds the same value at the load as at the sum.
    private bool IsLasting(Operand operand) => operand is not Register register || _definitions.ContainsKey(register);
}
