using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Ptx.Tests.Interpreter;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>Every statement that is compiled to .NET, on pairs of numbers at the edges of their types, against the interpreter, whose own oracle is .NET's methods and clang's programs.</summary>
public sealed class CompiledStatementTests
{
    private const ulong Values = 0x1000_0000;
    private const ulong Results = 0x2000_0000;

    // Zero, small, largest, smallest, all bits, one, minus one, infinities, NaN, a subnormal and π in either width.
    private static readonly ulong[] _values =
    [
        0, 1, 2, 7, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x3F80_0000, 0xBF80_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x4049_0FDB,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x3FF0_0000_0000_0000, 0xBFF0_0000_0000_0000, 0x7FF0_0000_0000_0000, 0x7FF8_0000_0000_0000,
    ];

    public static TheoryData<string> Statements()
    {
        string[] numbers = ["s32", "u32", "s64", "u64", "f32"];
        string[] comparisons = ["eq", "ne", "lt", "le", "gt", "ge"];
        IEnumerable<string> all =
        [
            .. from op in (string[])["add", "sub"] from type in (string[])["s32", "s64", "f32", "f64"] select $"{op}.{type} {Result(type)}, {Pair(type)}",
            "add.rn.f32 %f9, %f1, %f2", "sub.rn.f32 %f9, %f1, %f2", "mul.rn.f32 %f9, %f1, %f2", "mul.f64 %fd9, %fd1, %fd2", "div.rn.f32 %f9, %f1, %f2", "div.rn.f64 %fd9, %fd1, %fd2",
            "mul.lo.s32 %r9, %r2, %r3", "mul.lo.s64 %rd9, %rd5, %rd6", "mul.wide.s32 %rd9, %r2, %r3", "mul.wide.u32 %rd9, %r2, %r3",
            .. from op in (string[])["and", "or", "xor"] from type in (string[])["b32", "b64"] select $"{op}.{type} {Result(type)}, {Pair(type)}",
            .. from op in (string[])["not.b32", "not.b64", "neg.f32", "neg.s32", "neg.s64", "abs.f32", "sqrt.rn.f32"] select $"{op} {Result(Type(op))}, {First(Type(op))}",
            "fma.rn.f32 %f9, %f1, %f2, %f3",
            .. from op in (string[])["div", "rem"] from divisor in (string[])["7", "-3", "2147483647"] select $"{op}.s32 %r9, %r2, {divisor}",
            .. from op in (string[])["shl.b32", "shr.s32", "shr.u32", "shr.b32", "shl.b64", "shr.s64", "shr.u64"] from count in (string[])["0", "3", "31"]
               select $"{op} {Result(Type(op))}, {First(Type(op))}, {count}",
            "cvt.s64.s32 %rd9, %r2", "cvt.u64.u32 %rd9, %r2", "cvt.u32.u64 %r9, %rd5", "cvt.rn.f32.s32 %f9, %r2",
            .. from comparison in comparisons from type in numbers select $"setp.{comparison}.{type} %p1, {Pair(type)}",
            .. from comparison in (string[])["neu", "ltu", "leu", "gtu", "geu"] select $"setp.{comparison}.f32 %p1, %f1, %f2",
            "setp.lt.s32 %p2, %r2, %r3; not.pred %p1, %p2",
            .. from type in (string[])["b32", "b64", "f32"] select $"setp.lt.s32 %p2, %r2, %r3; selp.{type} {Result(type)}, {Pair(type)}, %p2",
            "setp.lt.s32 %p2, %r2, %r3; mov.u32 %r9, %r2; @%p2 mov.u32 %r9, %r3", "setp.lt.s32 %p2, %r2, %r3; mov.u32 %r9, %r2; @!%p2 mov.u32 %r9, %r3",
        ];
        return [.. all];
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public void GivesTheBitsOfTheInterpreter(string statement)
    {
        bool isFloat = statement.Contains("%f9", StringComparison.Ordinal), isDouble = statement.Contains("%fd9", StringComparison.Ordinal);
        ulong[] interpreted = Run(statement, isCompiled: false), compiled = Run(statement, isCompiled: true);
        for (int i = 0; i < interpreted.Length; i++)
        {
            // Which of two NaNs an operation hands on is the processor's choice.
            bool bothNaN = (isFloat && float.IsNaN(BitConverter.UInt32BitsToSingle((uint)interpreted[i])) && float.IsNaN(BitConverter.UInt32BitsToSingle((uint)compiled[i])))
                || (isDouble && double.IsNaN(BitConverter.UInt64BitsToDouble(interpreted[i])) && double.IsNaN(BitConverter.UInt64BitsToDouble(compiled[i])));
            Assert.True(
                interpreted[i] == compiled[i] || bothNaN,
                $"{statement} of 0x{_values[i / _values.Length]:X} and 0x{_values[i % _values.Length]:X}: 0x{compiled[i]:X}, the interpreter 0x{interpreted[i]:X}");
        }
    }

    // One thread for each pair of values.
    private static ulong[] Run(string statement, bool isCompiled)
    {
        string store = statement.Contains("%p1,", StringComparison.Ordinal) ? "selp.b32 %r9, 1, 0, %p1;\nst.global.u32 [%rd4], %r9;"
            : statement.Contains("%fd9", StringComparison.Ordinal) ? "st.global.f64 [%rd4], %fd9;"
            : statement.Contains("%f9", StringComparison.Ordinal) ? "st.global.f32 [%rd4], %f9;"
            : statement.Contains("%rd9", StringComparison.Ordinal) ? "st.global.u64 [%rd4], %rd9;" : "st.global.u32 [%rd4], %r9;";
        string text = $$"""
            .version 7.0
            .target sm_80
            .address_size 64
            .visible .entry compiled(.param .u64 values, .param .u64 results)
            {
                .reg .pred %p<4>;
                .reg .b32 %r<12>;
                .reg .b64 %rd<12>;
                .reg .f32 %f<12>;
                .reg .f64 %fd<12>;
                ld.param.u64 %rd1, [values];
                ld.param.u64 %rd2, [results];
                mov.u32 %r1, %ctaid.x;
                mul.wide.s32 %rd3, %r1, 16;
                add.s64 %rd4, %rd1, %rd3;
                ld.global.u32 %r2, [%rd4];
                ld.global.u32 %r3, [%rd4+8];
                ld.global.u64 %rd5, [%rd4];
                ld.global.u64 %rd6, [%rd4+8];
                ld.global.f32 %f1, [%rd4];
                ld.global.f32 %f2, [%rd4+8];
                mov.f32 %f3, 0f3DCCCCCD;
                ld.global.f64 %fd1, [%rd4];
                ld.global.f64 %fd2, [%rd4+8];
                mul.wide.s32 %rd3, %r1, 8;
                add.s64 %rd4, %rd2, %rd3;
                {{statement.Replace("; ", ";\n", StringComparison.Ordinal)}};
                {{store}}
                ret;
            }
            """;
        ulong[] pairs = [.. from first in _values from second in _values from value in (ulong[])[first, second] select value];
        var memory = new DeviceMemory();
        memory.Add(Values, MemoryMarshal.AsBytes<ulong>(pairs).ToArray());
        DeviceBuffer results = memory.Add(Results, new byte[4 * pairs.Length]);
        var machine = new Machine(PtxParser.Parse(text), memory, MemoryMarshal.AsBytes<ulong>([Values, Results]).ToArray(), tracksUses: !isCompiled);
        if (isCompiled)
        {
            machine.Use(machine.Compile());
        }

        Assert.Equal(isCompiled, machine.IsCompiled);
        machine.Launch((pairs.Length / 2, 1, 1), (1, 1, 1));
        return MemoryMarshal.Cast<byte, ulong>(results.Bytes).ToArray();
    }

    private static string Type(string op) => op[(op.LastIndexOf('.') + 1)..];

    private static string Result(string type) => type switch { "f32" => "%f9", "f64" => "%fd9", _ => type[1..] == "64" ? "%rd9" : "%r9" };

    private static string First(string type) => type switch { "f32" => "%f1", "f64" => "%fd1", _ => type[1..] == "64" ? "%rd5" : "%r2" };

    private static string Pair(string type) => type switch { "f32" => "%f1, %f2", "f64" => "%fd1, %fd2", _ => type[1..] == "64" ? "%rd5, %rd6" : "%r2, %r3" };
}
