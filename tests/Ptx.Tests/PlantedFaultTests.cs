using System;
using DreamFusion.Ptx.Tests.Interpreter;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>For every kind of fault a program that has it, and nearly the same one that does not.</summary>
public sealed class PlantedFaultTests
{
    private const ulong Buffer = 0x1000_0000;

    [Theory]
    [InlineData("@%p1 bra SKIP; bar.sync 0; SKIP:", FaultKind.BarrierDivergence)]
    [InlineData("setp.ge.u32 %p1, %r1, 32; @%p1 bra SKIP; bar.sync 0; bra.uni END; SKIP: bar.sync 0; END:", FaultKind.BarrierDivergence)]
    [InlineData("setp.ge.u32 %p1, %r1, 32; @%p1 ret; bar.sync 0;", FaultKind.BarrierDivergence)]
    [InlineData("@%p1 bra.uni SKIP; add.s32 %r2, %r1, 1; SKIP:", FaultKind.BarrierDivergence)]
    [InlineData("st.shared.u32 [tile], %r1;", FaultKind.Race)]
    [InlineData("st.shared.u32 [%rd3], %r1; xor.b32 %r2, %r1, 1; mul.wide.s32 %rd4, %r2, 4; add.s64 %rd4, %rd2, %rd4; ld.shared.u32 %r3, [%rd4];", FaultKind.Race)]
    [InlineData("setp.ge.u32 %p2, %r1, 32; @%p2 bra SKIP; st.shared.u32 [%rd3], %r1; bar.warp.sync 0xffffffff; ld.shared.u32 %r3, [%rd2]; bar.warp.sync 0xffffffff; ld.shared.u32 %r3, [%rd2]; st.shared.u32 [%rd3], %r1; SKIP:", FaultKind.Race)]
    [InlineData("st.shared.u32 [%rd3], %r1; bar.sync 0; setp.ge.u32 %p2, %r1, 32; @%p2 bra OTHER; setp.eq.s32 %p3, %r1, 0; @%p3 st.shared.u32 [%rd2], %r1; bra.uni END; OTHER: bar.warp.sync 0xffffffff; ld.shared.u32 %r3, [%rd2]; END:", FaultKind.Race)]
    [InlineData("st.shared.u32 [%rd3], %r1; bar.sync 0; setp.lt.u32 %p2, %r1, 32; @%p2 bra OTHER; setp.eq.s32 %p3, %r1, 32; @%p3 st.shared.u32 [%rd2], %r1; bra.uni END; OTHER: bar.warp.sync 0xffffffff; ld.shared.u32 %r3, [%rd2]; END:", FaultKind.Race)]
    [InlineData("st.global.u32 [%rd1], %r1;", FaultKind.Race)]
    [InlineData("st.global.u32 [%rd1], %r1; bar.sync 0; ld.global.u32 %r2, [%rd1];", FaultKind.Race)]
    [InlineData("add.s32 %r2, %r3, 1;", FaultKind.UninitializedRegister)]
    [InlineData("@%p1 mov.u32 %r3, 1; add.s32 %r2, %r3, 1;", FaultKind.UninitializedRegister)]
    [InlineData("ld.shared.u32 %r2, [%rd3];", FaultKind.UninitializedMemory)]
    [InlineData("st.local.u32 [depot], %r1; ld.local.u32 %r2, [depot+4];", FaultKind.UninitializedMemory)]
    [InlineData("mul.wide.s32 %rd4, %r1, 8; add.s64 %rd4, %rd1, %rd4; st.global.u32 [%rd4], %r1;", FaultKind.OutOfBounds)]
    [InlineData("st.shared.u32 [%rd3+4], %r1;", FaultKind.OutOfBounds)]
    [InlineData("ld.global.v2.u32 {%r2, %r3}, [%rd1+4];", FaultKind.Misaligned)]
    [InlineData("ld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%rd1+8];", FaultKind.Misaligned)]
    [InlineData("ld.global.u32 %r2, [%rd1+2];", FaultKind.Misaligned)]
    [InlineData("@%p1 bra SKIP; shfl.sync.bfly.b32 %r2, %r1, 1, 31, 0xffffffff; SKIP:", FaultKind.InactiveLane)]
    [InlineData("LOOP: bra.uni LOOP;", FaultKind.EndlessLoop)]
    [InlineData("add.s32 %r2, %rd1, 1;", FaultKind.Type)]
    [InlineData("add.f32 %f1, %u1, %u1;", FaultKind.Type)]
    [InlineData("add.s32 %r99, %r1, 1;", FaultKind.Syntax)]
    [InlineData("cvt.s32.f32 %r2, %f1;", FaultKind.Syntax)]
    [InlineData("frobnicate.s32 %r2, %r1;", FaultKind.Syntax)]
    [InlineData("bra NOWHERE;", FaultKind.Syntax)]
    public void IsFound(string code, FaultKind expected)
    {
        PtxFaultException fault = Assert.Throws<PtxFaultException>(() => Run(code));
        Assert.Equal(expected, fault.Kind);
    }

    [Theory]
    [InlineData("@%p1 bra SKIP; add.s32 %r2, %r1, 1; SKIP: bar.sync 0;")]
    [InlineData("st.shared.u32 [%rd3], %r1; bar.sync 0; xor.b32 %r2, %r1, 1; mul.wide.s32 %rd4, %r2, 4; add.s64 %rd4, %rd2, %rd4; ld.shared.u32 %r3, [%rd4];")]
    [InlineData("atom.global.add.u32 %r2, [%rd1], 1;")]
    [InlineData("@%p1 mov.u32 %r3, 1; @!%p1 mov.u32 %r3, 2; add.s32 %r2, %r3, 1;")]
    [InlineData("mul.wide.s32 %rd4, %r1, 4; add.s64 %rd4, %rd1, %rd4; st.global.u32 [%rd4], %r1;")]
    [InlineData("ld.global.v2.u32 {%r2, %r3}, [%rd1+8];")]
    [InlineData("shfl.sync.bfly.b32 %r2, %r1, 1, 31, 0xffffffff;")]
    [InlineData("setp.ge.u32 %p2, %r1, 32; @%p2 bra SKIP; st.shared.u32 [%rd3], %r1; bar.warp.sync 0xffffffff; xor.b32 %r2, %r1, 1; mul.wide.s32 %rd4, %r2, 4; add.s64 %rd4, %rd2, %rd4; ld.shared.u32 %r3, [%rd4]; ld.shared.u32 %r4, [%rd3]; bar.warp.sync 0xffffffff; ld.shared.u32 %r4, [%rd3]; st.shared.u32 [%rd3], %r4; SKIP:")]
    [InlineData("st.local.u32 [depot], %r1; cvta.local.u64 %rd5, %rd6; ld.u32 %r2, [%rd5];")]
    public void IsNotFoundWhereItIsNot(string code) => Run(code);

    // 64 threads; %r1 is the thread, %p1 true for odd ones, %rd1 a buffer of 64 numbers, %rd2 the shared tile and %rd3 the thread's place in it.
    private static void Run(string code)
    {
        string text = $$"""
            .version 7.0
            .target sm_80
            .address_size 64
            .visible .entry planted(.param .u64 buffer)
            {
                .reg .pred %p<4>;
                .reg .b32 %r<8>;
                .reg .u32 %u<2>;
                .reg .b64 %rd<8>;
                .reg .f32 %f<4>;
                .shared .align 16 .b8 tile[256];
                .local .align 16 .b8 depot[16];
                ld.param.u64 %rd1, [buffer];
                mov.u32 %r1, %tid.x;
                and.b32 %r7, %r1, 1;
                setp.ne.s32 %p1, %r7, 0;
                mov.u64 %rd2, tile;
                mul.wide.s32 %rd7, %r1, 4;
                add.s64 %rd3, %rd2, %rd7;
                mov.u64 %rd6, depot;
                mov.f32 %f1, 0f3F800000;
                {{code.Replace("; ", ";\n", StringComparison.Ordinal).Replace(": ", ":\n", StringComparison.Ordinal)}}
                ret;
            }
            """;
        var memory = new DeviceMemory();
        memory.Add(Buffer, new byte[256]);
        new Machine(PtxParser.Parse(text), memory, BitConverter.GetBytes(Buffer)) { MaximumSteps = 10_000 }.Launch((1, 1, 1), (64, 1, 1));
    }
}
