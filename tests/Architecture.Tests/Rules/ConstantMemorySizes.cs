using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Local and static shared memory have a size that the compiler knows (2.1: constant sizes).</summary>
public sealed class ConstantMemorySizes : MethodRule
{
    /// <inheritdoc/>
    public override string Id => "K21";

    /// <inheritdoc/>
    public override string Remedy => "Give a literal, a const, a static member that returns one, or a SpecializedValue; else SharedMemory.GetDynamic";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Check(DeviceMethod method)
    {
        IReadOnlyDictionary<int, bool[]> constant = ConstantArguments.Find(method.Method, method.Instructions);
        foreach ((Instruction instruction, MethodBase? _) in method.Calls)
        {
            MethodBase callee = instruction.Callee!;
            bool allocates = callee.DeclaringType?.FullName is "ILGPU.LocalMemory" or "ILGPU.SharedMemory" && callee.Name.StartsWith("Allocate", System.StringComparison.Ordinal);
            if (allocates && constant[instruction.Offset].Contains(false))
            {
                yield return new Finding(method, instruction.Offset, $"{callee.DeclaringType!.Name}.{callee.Name} with a size that is not constant");
            }
        }
    }
}
