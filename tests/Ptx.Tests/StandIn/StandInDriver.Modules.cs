using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Text;
using DreamFusion.Ptx.Tests.Interpreter;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>A loaded module.</summary>
internal sealed class StandInModule
{
    private readonly DeviceMemory _memory;
    private readonly bool _isFast;
    private readonly bool _isShared;
    private readonly byte[] _parameters;
    private readonly List<Machine> _machines = [];
    private CompiledCode? _code;

    /// <summary>Makes what runs a program; finds what is wrong with it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="memory">Global memory.</param>
    /// <param name="isFast">Whether kernels run compiled, on two cores where their blocks do not meet, and without looking for races and registers without a value.</param>
    public StandInModule(PtxProgram program, DeviceMemory memory, bool isFast)
    {
        Program = program;
        _memory = memory;
        _isFast = isFast;
        _isShared = program.Statements.Exists(statement => statement.Opcode is "atom" or "red");
        _parameters = new byte[program.ParameterBytes];
        _machines.Add(NewMachine());
    }

    public PtxProgram Program { get; }

    public int DynamicSharedLimit { get; set; } = 48 * 1024;

    public void Run((int X, int Y, int Z) grid, (int X, int Y, int Z) group, int sharedBytes, byte[] parameters)
    {
        parameters.CopyTo(_parameters, 0);
        // Atomic operations take turns in one thread, and one block has no other to run beside.
        int count = _isFast && !_isShared && grid.X * grid.Y * grid.Z > 1 ? 2 : 1;
        while (_machines.Count < count)
        {
            _machines.Add(NewMachine());
        }

        if (_isFast)
        {
            _code ??= _machines[0].Compile();
            _machines.Where(machine => !machine.IsCompiled).ToList().ForEach(machine => machine.Use(_code));
        }

        if (count == 1)
        {
            _machines[0].Launch(grid, group, sharedBytes);
            return;
        }

        try
        {
            Machine.Launch([.. _machines], grid, group, sharedBytes);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    private Machine NewMachine() => new(Program, _memory, _parameters, tracksUses: !_isFast) { MaximumSteps = long.MaxValue };
}

internal sealed partial class StandInDriver
{
    private const string CubinMark = "STAND-IN CUBIN\n";
    private const int MaximumThreads = 1024;
    private const int SharedMemory = 227 * 1024;
    private const int UsualSharedMemory = 48 * 1024;

    private readonly Dictionary<string, StandInModule> _assembled = [];

    /// <summary>Loads PTX, or what <see cref="Assemble"/> made of it.</summary>
    public nint LoadModule(string image)
    {
        bool isCubin = image.StartsWith(CubinMark, StringComparison.Ordinal);
        Require(isCubin || image.Contains(".version", StringComparison.Ordinal), DriverError.InvalidPtx, "neither PTX nor a cubin");
        nint handle = NewHandle();
        // What was assembled just now need not be read again.
        _modules.Add(handle, isCubin && _assembled.Remove(image, out StandInModule? module) ? module : Parsed(isCubin ? image[CubinMark.Length..] : image));
        return handle;
    }

    public byte[] Assemble(string ptx)
    {
        _assembled[CubinMark + ptx] = Parsed(ptx);
        AssembledCount++;
        return Encoding.ASCII.GetBytes(CubinMark + ptx + '\0');
    }

    public void Unload(nint module)
    {
        Require(_modules.Remove(module, out StandInModule? unloaded), DriverError.InvalidHandle, $"there is no module {module:x}");
        foreach (nint function in _functions.Where(pair => pair.Value == unloaded).Select(pair => pair.Key).ToArray())
        {
            _functions.Remove(function);
        }
    }

    public nint FindFunction(nint module, string name)
    {
        Require(_modules.TryGetValue(module, out StandInModule? found), DriverError.InvalidHandle, $"there is no module {module:x}");
        Require(found!.Program.Entry == name, DriverError.NotFound, $"the module has {found.Program.Entry}, not {name}");
        nint handle = NewHandle();
        _functions.Add(handle, found);
        return handle;
    }

    public int FunctionAttribute(nint function, int attribute) => attribute switch
    {
        0 => Function(function).Program.MaximumThreads ?? MaximumThreads,
        3 => Function(function).Program.LocalBytes,
        4 => Math.Min(255, Function(function).Program.Registers.Count),
        _ => throw new DriverException(DriverError.InvalidValue, $"attribute {attribute} of a function is not known"),
    };

    public void SetFunctionAttribute(nint function, int attribute, int value)
    {
        const int MaxDynamicShared = 8;
        Require(attribute == MaxDynamicShared, DriverError.InvalidValue, $"attribute {attribute} of a function cannot be set");
        Require(value + Function(function).Program.SharedBytes <= SharedMemory, DriverError.InvalidValue, $"{value} bytes of dynamic shared memory are more than the device has");
        Function(function).DynamicSharedLimit = value;
    }

    public void Launch(nint function, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, int sharedBytes, nint stream, byte[] parameters)
    {
        StandInModule module = Function(function);
        PtxProgram program = module.Program;
        Require(grid.X > 0 && grid.Y > 0 && grid.Z > 0 && group.X > 0 && group.Y > 0 && group.Z > 0, DriverError.InvalidValue, $"a grid of {grid} groups of {group}");
        int threads = group.X * group.Y * group.Z;
        Require(threads <= (program.MaximumThreads ?? MaximumThreads), DriverError.LaunchOutOfResources, $"a group of {threads} threads where the kernel takes {program.MaximumThreads ?? MaximumThreads}");
        Require(parameters.Length == program.ParameterBytes, DriverError.InvalidValue, $"{parameters.Length} bytes of parameters, the kernel takes {program.ParameterBytes}");
        Require(program.SharedBytes <= UsualSharedMemory, DriverError.InvalidPtx, $"{program.SharedBytes} bytes of static shared memory");
        int limit = Math.Max(module.DynamicSharedLimit, UsualSharedMemory - program.SharedBytes);
        Require(sharedBytes <= limit, DriverError.InvalidValue, $"{sharedBytes} bytes of dynamic shared memory, {limit} were allowed");
        Issue(stream, () => Run(module, grid, group, sharedBytes, stream, parameters));
    }

    private void Run(StandInModule module, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, int sharedBytes, nint stream, byte[] parameters)
    {
        LaunchCount++;
        long start = Stopwatch.GetTimestamp();
        module.Run(grid, group, sharedBytes, parameters);
        (int launches, TimeSpan time) = Times.GetValueOrDefault(module.Program.Entry);
        Times[module.Program.Entry] = (launches + 1, time + Stopwatch.GetElapsedTime(start));
        if (_streams.Count == 1)
        {
            return;
        }

        foreach (DeviceBuffer buffer in _memory.Buffers)
        {
            Allocation allocation = _allocations[buffer.Address];
            if (buffer.Read.End > 0)
            {
                Use(allocation, stream, buffer.Read.First, buffer.Read.End, isWrite: false, module.Program.Entry);
            }

            if (buffer.Written.End > 0)
            {
                Use(allocation, stream, buffer.Written.First, buffer.Written.End, isWrite: true, module.Program.Entry);
            }
        }
    }

    private StandInModule Parsed(string ptx)
    {
        PtxProgram program;
        StandInModule module;
        try
        {
            program = PtxParser.Parse(ptx);
            module = new StandInModule(program, _memory, IsFast);
        }
        catch (PtxFaultException fault)
        {
            throw new DriverException(DriverError.InvalidPtx, fault.Message);
        }

        int target = int.Parse(program.Target["sm_".Length..], CultureInfo.InvariantCulture);
        Require(target <= Architecture, DriverError.NoBinaryForGpu, $"PTX for {program.Target} on sm_{Architecture}");
        // The newest PTX that a driver for CUDA 11 takes is 7, for CUDA 12 8.
        Require(program.Version.CompareTo($"{(Version / 1000) - 4}.{Version % 1000 / 10}", StringComparison.Ordinal) <= 0, DriverError.UnsupportedPtxVersion, $"PTX {program.Version}");
        return module;
    }

    private StandInModule Function(nint handle)
        => _functions.TryGetValue(handle, out StandInModule? module) ? module : throw new DriverException(DriverError.InvalidHandle, $"there is no function {handle:x}");
}
