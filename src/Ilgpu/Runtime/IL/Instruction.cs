using System.Reflection.Emit;

namespace ILGPU.Runtime.IL;

/// <summary>One decoded instruction.</summary>
/// <param name="Offset">Its offset in the method body in bytes.</param>
/// <param name="OpCode">The operation.</param>
/// <param name="Operand">
/// Null, a number, a member, a type, a string, a target offset (int) of a branch, the target offsets (int[]) of a switch, or the number of a local or argument.
/// </param>
internal readonly record struct Instruction(int Offset, OpCode OpCode, object? Operand);
