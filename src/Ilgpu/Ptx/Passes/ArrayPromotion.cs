using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Keeps local arrays in registers whose every access has a constant place: each element becomes a variable.</summary>
internal static class ArrayPromotion
{
    public static bool Run(KernelCode code)
    {
        bool changed = false;
        foreach (MemoryArray array in code.Arrays.Where(array => array.Space == AddressSpace.Local).ToArray())
        {
            if (Elements(code, array) is { } elements)
            {
                Promote(code, array, elements);
                code.Arrays.Remove(array);
                changed = true;
            }
        }

        return changed;
    }

    // The element at each place and its size; null if an access is not at a constant place or two of them overlap.
    private static Dictionary<long, (Register Register, int Size)>? Elements(KernelCode code, MemoryArray array)
    {
        var elements = new Dictionary<long, (Register Register, int Size)>();
        foreach (PtxInstruction instruction in code.Instructions)
        {
            for (int i = 0; i < instruction.Sources.Length; i++)
            {
                if (instruction.Sources[i] is not ArrayAddress address || address.Array != array)
                {
                    continue;
                }

                if (i != 0 || instruction.Operation is not (Operation.Load or Operation.Store))
                {
                    return null;
                }

                long at = address.Offset + instruction.Offset;
                if (!elements.TryGetValue(at, out (Register Register, int Size) element))
                {
                    elements.Add(at, element = (code.NewRegister(instruction.Type, isVariable: true), instruction.Type.Size()));
                }

                if (element.Size != instruction.Type.Size() || element.Register.Type != instruction.Type.Register())
                {
                    return null;
                }
            }
        }

        long end = long.MinValue;
        foreach ((long at, (_, int size)) in elements.OrderBy(pair => pair.Key))
        {
            if (at < end)
            {
                return null;
            }

            end = at + size;
        }

        return elements;
    }

    private static void Promote(KernelCode code, MemoryArray array, Dictionary<long, (Register Register, int Size)> elements)
    {
        foreach (BasicBlock block in code.Blocks)
        {
            for (int i = 0; i < block.Instructions.Count; i++)
            {
                PtxInstruction instruction = block.Instructions[i];
                if (!instruction.IsMemory || instruction.Sources[0] is not ArrayAddress address || address.Array != array)
                {
                    continue;
                }

                Register element = elements[address.Offset + instruction.Offset].Register;
                block.Instructions[i] = instruction.Operation == Operation.Store
                    ? new PtxInstruction(Operation.Mov, element.Type, element, instruction.Sources[1]) { Position = instruction.Position }
                    : Read(instruction, element);
            }
        }
    }

    // Small integers lose what memory would have cut off.
    private static PtxInstruction Read(PtxInstruction load, Register element) => load.Type.Size() < 4
        ? new PtxInstruction(Operation.Cvt, load.Type, load.Result, element) { SourceType = DataType.S32, Position = load.Position }
        : new PtxInstruction(Operation.Mov, element.Type, load.Result, element) { Position = load.Position };
}
