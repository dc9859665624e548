using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Runtime.IL;

/// <summary>Decodes the body of a method; members and types are resolved in its generic context (ECMA-335, partition III).</summary>
internal static class InstructionReader
{
    private static readonly OpCode[] _oneByte = new OpCode[256];
    private static readonly OpCode[] _twoBytes = new OpCode[256];

    static InstructionReader()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            if (code.Size == 1)
            {
                _oneByte[code.Value & 0xff] = code;
            }
            else
            {
                _twoBytes[code.Value & 0xff] = code;
            }
        }
    }

    /// <summary>The instructions of a method, or none if it has no body.</summary>
    public static List<Instruction> Read(MethodBase method)
    {
        byte[]? code = method.GetMethodBody()?.GetILAsByteArray();
        List<Instruction> instructions = [];
        if (code is null)
        {
            return instructions;
        }

        var context = new GenericContext(method);
        int at = 0;
        while (at < code.Length)
        {
            int offset = at;
            OpCode opCode = code[at] == 0xfe ? _twoBytes[code[at + 1]] : _oneByte[code[at]];
            at += opCode.Size;
            object? operand = Operand(code, ref at, opCode, context);
            instructions.Add(new Instruction(offset, opCode, operand));
        }

        return instructions;
    }

    private static object? Operand(byte[] code, ref int at, OpCode opCode, GenericContext context)
    {
        ReadOnlySpan<byte> rest = code.AsSpan(at);
        switch (opCode.OperandType)
        {
            case OperandType.InlineNone:
                return null;
            case OperandType.ShortInlineI:
                at += 1;
                return opCode == OpCodes.Ldc_I4_S ? (sbyte)rest[0] : rest[0];
            case OperandType.ShortInlineVar:
                at += 1;
                return (int)rest[0];
            case OperandType.InlineVar:
                at += 2;
                return (int)BinaryPrimitives.ReadUInt16LittleEndian(rest);
            case OperandType.ShortInlineBrTarget:
                at += 1;
                return at + (sbyte)rest[0];
            case OperandType.InlineBrTarget:
                at += 4;
                return at + BinaryPrimitives.ReadInt32LittleEndian(rest);
            case OperandType.InlineSwitch:
                return SwitchTargets(rest, ref at);
            case OperandType.InlineI8:
                at += 8;
                return BinaryPrimitives.ReadInt64LittleEndian(rest);
            case OperandType.InlineR:
                at += 8;
                return BinaryPrimitives.ReadDoubleLittleEndian(rest);
            case OperandType.ShortInlineR:
                at += 4;
                return BinaryPrimitives.ReadSingleLittleEndian(rest);
            case OperandType.InlineI:
                at += 4;
                return BinaryPrimitives.ReadInt32LittleEndian(rest);
            default:
                at += 4;
                return context.Resolve(opCode.OperandType, BinaryPrimitives.ReadInt32LittleEndian(rest));
        }
    }

    private static int[] SwitchTargets(ReadOnlySpan<byte> rest, ref int at)
    {
        int[] targets = new int[BinaryPrimitives.ReadInt32LittleEndian(rest)];
        at += 4 + (4 * targets.Length);
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = at + BinaryPrimitives.ReadInt32LittleEndian(rest[(4 + (4 * i))..]);
        }

        return targets;
    }

    private readonly struct GenericContext(MethodBase method)
    {
        private readonly Module _module = method.Module;
        private readonly Type[]? _typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        private readonly Type[]? _methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;

        public object Resolve(OperandType kind, int token) => kind switch
        {
            OperandType.InlineString => _module.ResolveString(token),
            OperandType.InlineSig => _module.ResolveSignature(token),
            _ => _module.ResolveMember(token, _typeArguments, _methodArguments)!,
        };
    }
}
