using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>
/// Writes counted loops out in full: where the method asks for it by an attribute, and where a local array is indexed by the counter, because an array can live in
/// registers only if all its indices are constants.
/// </summary>
internal static class LoopUnroller
{
    private const int MaximumInstructions = 8192;

    /// <summary>Unrolls one loop, the innermost that qualifies.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Run(KernelCode code)
    {
        FlowSimplifier.Order(code);
        var dominators = new Dominators(code);
        Dictionary<BasicBlock, List<BasicBlock>> predecessors = FlowSimplifier.Predecessors(code);
        HashSet<Register> addresses = LocalAddresses(code);
        List<Loop> loops = Loop.Find(code, dominators);
        foreach (Loop loop in loops)
        {
            // Blocks of loops inside run more or less often than once a trip.
            HashSet<BasicBlock> direct = [.. loop.Blocks.Where(block => loops.Find(candidate => candidate.Blocks.Contains(block)) == loop)];
            if (loop.Header.Unroll is not null || CountedLoop.Analyze(loop, direct, dominators, predecessors) is not { } counted)
            {
                continue;
            }

            int? asked = Request(loop);
            if (asked == 0)
            {
                loop.Header.Unroll = 0;
                continue;
            }

            // A loop that never runs disappears.
            bool isWanted = counted.Trips == 0 || asked >= counted.Trips || IndexesLocalArray(loop, addresses);
            if (isWanted && (long)(counted.Trips + 1) * loop.Instructions.Count() <= MaximumInstructions)
            {
                Unroll(code, loop, counted.Trips, predecessors);
                FlowSimplifier.Order(code);
                return true;
            }
        }

        return false;
    }

    // Known by its name, because the attribute belongs to the kernels: on the method that holds the loop's test.
    private static int? Request(Loop loop)
    {
        MethodBase? method = loop.Header.Instructions.LastOrDefault()?.Position.Method;
        CustomAttributeData? attribute = method?.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType.Name == "UnrollAttribute");
        return attribute?.ConstructorArguments[0].Value as int?;
    }

    // Registers that hold addresses in local arrays.
    private static HashSet<Register> LocalAddresses(KernelCode code)
    {
        var found = new HashSet<Register>();
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (PtxInstruction instruction in code.Instructions.Where(instruction => instruction.Operation is Operation.Mov or Operation.Add or Operation.Sub or Operation.SelP))
            {
                if (instruction.Result is { Type: DataType.S64 } result && instruction.Sources.Any(source => source is ArrayAddress { Array.Space: AddressSpace.Local } || (source is Register register && found.Contains(register))))
                {
                    changed |= found.Add(result);
                }
            }
        }

        return found;
    }

    private static bool IndexesLocalArray(Loop loop, HashSet<Register> addresses)
        => loop.Instructions.Any(instruction => instruction.IsMemory && instruction.Sources[0] is Register register && addresses.Contains(register));

    // One copy of the body for each trip, and one more for the test that leaves: copy k jumps back into copy k + 1. The last copy's way back
    // is never taken; it ends the kernel until constants remove it.
    private static void Unroll(KernelCode code, Loop loop, int trips, Dictionary<BasicBlock, List<BasicBlock>> predecessors)
    {
        HashSet<Register> inside = PrivateRegisters(code, loop);
        var copies = new List<Dictionary<BasicBlock, BasicBlock>>();
        for (int k = 0; k <= trips; k++)
        {
            copies.Add(loop.Blocks.ToDictionary(block => block, _ => code.NewBlock()));
        }

        BasicBlock never = code.NewBlock();
        never.Return();
        for (int k = 0; k <= trips; k++)
        {
            var renamed = inside.ToDictionary(register => register, register => code.NewRegister(register.Type, register.IsVariable));
            BasicBlock next = k < trips ? copies[k + 1][loop.Header] : never;
            foreach (BasicBlock block in loop.Blocks)
            {
                Copy(block, copies[k][block], target => target == loop.Header ? next : copies[k].GetValueOrDefault(target, target), renamed);
            }
        }

        foreach (BasicBlock entry in predecessors[loop.Header].Where(block => !loop.Blocks.Contains(block)))
        {
            entry.Redirect(loop.Header, copies[0][loop.Header]);
        }
    }

    private static void Copy(BasicBlock from, BasicBlock to, Func<BasicBlock, BasicBlock> place, Dictionary<Register, Register> renamed)
    {
        Operand Rename(Operand operand) => operand is Register register && renamed.TryGetValue(register, out Register? copy) ? copy : operand;
        foreach (PtxInstruction instruction in from.Instructions)
        {
            to.Instructions.Add(instruction.With((Register?)(instruction.Result is null ? null : Rename(instruction.Result)), [.. instruction.Sources.Select(Rename)]));
        }

        if (from.Condition is not null)
        {
            to.Branch(Rename(from.Condition), place(from.Taken!), place(from.Next!));
        }
        else if (from.Next is not null)
        {
            to.Jump(place(from.Next));
        }
        else
        {
            to.Return();
        }
    }

    // Registers that one trip sets before it reads them and nobody reads outside: each copy gets its own.
    private static HashSet<Register> PrivateRegisters(KernelCode code, Loop loop)
    {
        HashSet<Register> outside = [.. code.Blocks.Where(block => !loop.Blocks.Contains(block))
            .SelectMany(block => block.Instructions.SelectMany(instruction => instruction.Sources.Append(instruction.Result)).Append(block.Condition))
            .OfType<Register>()];
        return [.. loop.Instructions.Select(instruction => instruction.Result).OfType<Register>().Where(register => !register.IsVariable && !outside.Contains(register))];
    }
}
