using System.Collections.Generic;
using System.Linq;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>No strings on the device; only CudaAsm and Interop.Write take literals, which the compiler reads.</summary>
public sealed class NoStrings : MethodRule
{
    /// <inheritdoc/>
    public override string Id => "K12";

    /// <inheritdoc/>
    public override string Remedy => "Use an integer code, or report on the host";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Check(DeviceMethod method)
    {
        bool takesLiterals = method.Calls.Any(call => call.Instruction.Callee is { DeclaringType.FullName: "ILGPU.Runtime.Cuda.CudaAsm" }
            or { DeclaringType.FullName: "ILGPU.Interop", Name: "Write" or "WriteLine" });
        return takesLiterals
            ? []
            : method.Instructions.Where(instruction => instruction.OpCode == OpCodes.Ldstr)
                .Select(instruction => new Finding(method, instruction.Offset, $"loads the string \"{instruction.Operand}\""));
    }
}
