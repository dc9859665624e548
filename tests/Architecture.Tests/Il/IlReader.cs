using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

namespace DreamFusion.Architecture.Tests.Il;

/// <summary>
/// Decodes a method body (ECMA-335 III) and resolves its tokens in the method's generic context, so that the body of
/// <c>Forward&lt;Relu&gt;</c> names <c>Relu</c> and not a type parameter.
/// </summary>
public sealed class IlReader
{
    private static readonly Dictionary<int, OpCode> _opCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(opCode => (int)(ushort)opCode.Value);

    private readonly byte[] _il;
    private readonly Module _module;
    private readonly Type[]? _typeArguments;
    private readonly Type[]? _methodArguments;
    private int _position;

    private IlReader(MethodBase method, byte[] il)
    {
        _il = il;
        _module = method.Module;
        _typeArguments = method.DeclaringType?.IsGenericType == true ? method.DeclaringType.GetGenericArguments() : null;
        _methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
    }

    /// <summary>The instructions of a method; none if it has no body (abstract, extern).</summary>
    public static IReadOnlyList<Instruction> Read(MethodBase method)
    {
        byte[]? il = method.GetMethodBody()?.GetILAsByteArray();
        return il is null ? [] : new IlReader(method, il).ReadAll();
    }

    private List<Instruction> ReadAll()
    {
        var instructions = new List<Instruction>();
        Type? constrained = null;
        while (_position < _il.Length)
        {
            int offset = _position;
            OpCode opCode = ReadOpCode();
            object? operand = ReadOperand(opCode);
            instructions.Add(new Instruction(offset, opCode, operand, opCode == OpCodes.Constrained ? null : constrained));
            constrained = opCode == OpCodes.Constrained ? (Type)operand! : opCode.OpCodeType == OpCodeType.Prefix ? constrained : null;
        }

        return instructions;
    }

    private OpCode ReadOpCode()
    {
        int value = _il[_position++];
        if (value == 0xFE)
        {
            value = 0xFE00 | _il[_position++];
        }

        return _opCodesByValue[value];
    }

    private object? ReadOperand(OpCode opCode) => opCode.OperandType switch
    {
        OperandType.InlineNone => null,
        OperandType.ShortInlineI => (int)(sbyte)_il[_position++],
        OperandType.ShortInlineVar => (int)_il[_position++],
        OperandType.InlineVar => (int)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        OperandType.InlineI => ReadInt32(),
        OperandType.InlineI8 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        OperandType.ShortInlineR => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        OperandType.InlineR => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        OperandType.ShortInlineBrTarget => (sbyte)_il[_position++] + _position,
        OperandType.InlineBrTarget => ReadInt32() + _position,
        OperandType.InlineSwitch => ReadSwitch(),
        OperandType.InlineString => _module.ResolveString(ReadInt32()),
        OperandType.InlineField => _module.ResolveField(ReadInt32(), _typeArguments, _methodArguments),
        OperandType.InlineMethod => _module.ResolveMethod(ReadInt32(), _typeArguments, _methodArguments),
        OperandType.InlineType => _module.ResolveType(ReadInt32(), _typeArguments, _methodArguments),
        OperandType.InlineTok => _module.ResolveMember(ReadInt32(), _typeArguments, _methodArguments),
        OperandType.InlineSig => _module.ResolveSignature(ReadInt32()),
        _ => throw new InvalidOperationException($"IL operand type {opCode.OperandType} of {opCode.Name} is unknown."),
    };

    private int[] ReadSwitch()
    {
        int count = ReadInt32();
        int end = _position + count * sizeof(int);
        var targets = new int[count];
        for (int i = 0; i < count; i++)
        {
            targets[i] = end + ReadInt32();
        }

        return targets;
    }

    private int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private ReadOnlySpan<byte> Take(int count)
    {
        _position += count;
        return _il.AsSpan(_position - count, count);
    }
}
