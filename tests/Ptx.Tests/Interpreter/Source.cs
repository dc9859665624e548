using System;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>What an instruction reads: a register, a constant, or something computed.</summary>
public sealed class Source
{
    private readonly int _register = -1;
    private readonly ulong _constant;
    private readonly RegisterInfo? _info;
    private readonly Statement? _statement;

    public Source(RegisterInfo register, Statement statement)
    {
        _register = register.Index;
        _info = register;
        _statement = statement;
    }

    public Source(ulong constant) => _constant = constant;

    public Source(Func<Lane, ulong> function) => Function = function;

    public Func<Lane, ulong>? Function { get; }

    public ulong Read(Lane lane)
    {
        int register = _register;
        if (register >= 0)
        {
            return lane.IsDefined[register] ? lane.Registers[register] : throw Undefined(lane);
        }

        return Function is null ? _constant : Function(lane);
    }

    private PtxFaultException Undefined(Lane lane) => new(FaultKind.UninitializedRegister, $"{_statement}: {lane} reads {_info!.Name}, which has no value");
}
