using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Runtime.IL;

/// <summary>
/// Checked mode: copies of a kernel and of everything it calls in which every access to a view tests its index. The code that runs without checked mode
/// stays as it is and pays nothing, not even a flag.
/// </summary>
internal sealed class CheckedMethods
{
    private static readonly Dictionary<Type, MethodInfo> _checkedItems = typeof(CheckedAccess).GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(method => method.Name == nameof(CheckedAccess.Item))
        .ToDictionary(method => method.GetParameters()[1].ParameterType);

    private readonly Dictionary<MethodBase, bool> _needsCopy = [];
    private readonly Dictionary<MethodBase, DynamicMethod> _copies = [];

    /// <summary>The method to call in place of a kernel: its checked copy, or the kernel itself if it accesses no view.</summary>
    public static MethodInfo Of(MethodInfo kernel)
    {
        var methods = new CheckedMethods();
        return methods.NeedsCopy(kernel) ? methods.Copy(kernel) : kernel;
    }

    private static bool IsViewItem(MethodBase method)
        => method is { Name: "get_Item", DeclaringType: { IsGenericType: true } type } && type.GetGenericTypeDefinition() == typeof(ArrayView<>);

    // True if the method, or something it calls, accesses a view. A method that is still being looked at counts as no; every yes makes the noes
    // found so far uncertain, because they may have rested on that.
    private bool NeedsCopy(MethodBase method)
    {
        if (_needsCopy.TryGetValue(method, out bool known))
        {
            return known;
        }

        _needsCopy[method] = false;
        foreach ((_, MethodBase called) in Calls(InstructionReader.Read(method)))
        {
            if (IsViewItem(called) || (!CallTarget.IsPlatform(called) && NeedsCopy(called)))
            {
                foreach (MethodBase no in _needsCopy.Where(entry => !entry.Value).Select(entry => entry.Key).ToArray())
                {
                    _needsCopy.Remove(no);
                }

                _needsCopy[method] = true;
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(Instruction Instruction, MethodBase Target)> Calls(IEnumerable<Instruction> instructions)
    {
        Type? constrainedTo = null;
        foreach (Instruction instruction in instructions)
        {
            if (instruction.OpCode == OpCodes.Constrained)
            {
                constrainedTo = (Type)instruction.Operand!;
                continue;
            }

            if (instruction.Operand is MethodBase called && instruction.OpCode != OpCodes.Ldftn)
            {
                yield return (instruction, CallTarget.Resolve(called, constrainedTo));
            }

            constrainedTo = null;
        }
    }

    private DynamicMethod Copy(MethodBase method)
    {
        if (_copies.TryGetValue(method, out DynamicMethod? copy))
        {
            return copy;
        }

        MethodBody body = method.GetMethodBody()!;
        if (body.ExceptionHandlingClauses.Count > 0)
        {
            throw new NotSupportedException($"Checked mode: '{method.DeclaringType?.Name}.{method.Name}' has a try block, which kernels must not have; remove it.");
        }

        Type[] parameters = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        if (!method.IsStatic)
        {
            Type self = method.DeclaringType!;
            parameters = [self.IsValueType ? self.MakeByRefType() : self, .. parameters];
        }

        Type result = method is MethodInfo info ? info.ReturnType : typeof(void);
        copy = new DynamicMethod(method.Name, result, parameters, typeof(CheckedMethods).Module, skipVisibility: true) { InitLocals = body.InitLocals };
        _copies.Add(method, copy);
        new Copier(this, copy.GetILGenerator(), body, InstructionReader.Read(method)).Run();
        return copy;
    }

    private sealed class Copier(CheckedMethods methods, ILGenerator il, MethodBody body, List<Instruction> instructions)
    {
        private readonly Dictionary<int, Label> _labels = [];

        public void Run()
        {
            foreach (LocalVariableInfo local in body.LocalVariables)
            {
                il.DeclareLocal(local.LocalType, local.IsPinned);
            }

            foreach (Instruction instruction in instructions)
            {
                _labels.Add(instruction.Offset, il.DefineLabel());
            }

            Type? constrainedTo = null;
            foreach (Instruction instruction in instructions)
            {
                il.MarkLabel(_labels[instruction.Offset]);
                if (instruction.OpCode == OpCodes.Constrained)
                {
                    constrainedTo = (Type)instruction.Operand!;
                }
                else if (instruction.Operand is MethodBase called)
                {
                    EmitCall(instruction.OpCode, called, constrainedTo);
                    constrainedTo = null;
                }
                else
                {
                    Emit(instruction.OpCode, instruction.Operand);
                }
            }
        }

        private void EmitCall(OpCode opCode, MethodBase called, Type? constrainedTo)
        {
            MethodBase target = CallTarget.Resolve(called, constrainedTo);
            bool isCall = opCode == OpCodes.Call || opCode == OpCodes.Callvirt;
            if (isCall && IsViewItem(target))
            {
                Type index = target.GetParameters()[0].ParameterType;
                il.Emit(OpCodes.Call, _checkedItems[index].MakeGenericMethod(target.DeclaringType!.GetGenericArguments()));
            }
            else if (isCall && !CallTarget.IsPlatform(target) && methods.NeedsCopy(target))
            {
                il.Emit(OpCodes.Call, methods.Copy(target));
            }
            else
            {
                if (constrainedTo is not null)
                {
                    il.Emit(OpCodes.Constrained, constrainedTo);
                }

                if (called is ConstructorInfo constructor)
                {
                    il.Emit(opCode, constructor);
                }
                else
                {
                    il.Emit(opCode, (MethodInfo)called);
                }
            }
        }

        private void Emit(OpCode opCode, object? operand)
        {
            switch (opCode.OperandType)
            {
                case OperandType.InlineNone:
                    if (opCode != OpCodes.Tailcall)
                    {
                        il.Emit(opCode);
                    }

                    break;
                case OperandType.ShortInlineBrTarget:
                case OperandType.InlineBrTarget:
                    il.Emit(Long(opCode), _labels[(int)operand!]);
                    break;
                case OperandType.InlineSwitch:
                    il.Emit(opCode, Array.ConvertAll((int[])operand!, target => _labels[target]));
                    break;
                case OperandType.ShortInlineVar:
                    il.Emit(opCode, (byte)(int)operand!);
                    break;
                case OperandType.InlineVar:
                    il.Emit(opCode, (short)(int)operand!);
                    break;
                case OperandType.ShortInlineI when operand is sbyte number:
                    il.Emit(opCode, number);
                    break;
                case OperandType.ShortInlineI:
                    il.Emit(opCode, (byte)operand!);
                    break;
                case OperandType.InlineI:
                    il.Emit(opCode, (int)operand!);
                    break;
                case OperandType.InlineI8:
                    il.Emit(opCode, (long)operand!);
                    break;
                case OperandType.InlineR:
                    il.Emit(opCode, (double)operand!);
                    break;
                case OperandType.ShortInlineR:
                    il.Emit(opCode, (float)operand!);
                    break;
                case OperandType.InlineString:
                    il.Emit(opCode, (string)operand!);
                    break;
                case OperandType.InlineField:
                case OperandType.InlineTok when operand is FieldInfo:
                    il.Emit(opCode, (FieldInfo)operand!);
                    break;
                case OperandType.InlineType:
                case OperandType.InlineTok when operand is Type:
                    il.Emit(opCode, (Type)operand!);
                    break;
                default:
                    throw new NotSupportedException($"Checked mode: the instruction {opCode} is not possible in a kernel.");
            }
        }

        // A copy may be longer than its original, so short branches may not reach.
        private static OpCode Long(OpCode opCode)
        {
            if (opCode.OperandType == OperandType.InlineBrTarget)
            {
                return opCode;
            }

            string name = opCode.Name!.Replace(".s", string.Empty, StringComparison.Ordinal);
            return _longBranches[name];
        }

        private static readonly Dictionary<string, OpCode> _longBranches = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (OpCode)field.GetValue(null)!)
            .Where(code => code.OperandType == OperandType.InlineBrTarget)
            .ToDictionary(code => code.Name!);
    }
}
