using System;
using System.Reflection;
using System.Reflection.Emit;
using ILGPU.Runtime.IL;

namespace ILGPU.Runtime.CPU;

/// <summary>A compiled loop over the linear indices [begin, end) of a launch; it keeps <paramref name="current"/> at the index being run.</summary>
internal delegate void KernelLoop(KernelArguments arguments, in LaunchShape shape, long begin, long end, ref long current);

/// <summary>
/// Compiles the loop over a range of indices with a direct call of the kernel inside, so that the JIT compiler sees one ordinary loop:
/// no delegate call per index, no boxed argument, and small kernels are inlined. What a kernel does not use costs it nothing.
/// </summary>
internal sealed class LoopCompiler
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    private readonly KernelEntry _entry;
    private readonly MethodInfo _called;
    private readonly DynamicMethod _method;
    private readonly ILGenerator _il;
    private readonly LocalBuilder[] _arguments;
    private readonly LocalBuilder? _cursor;
    private readonly LocalBuilder? _thread;
    private readonly LocalBuilder? _arena;
    private readonly LocalBuilder? _position;

    private LoopCompiler(KernelEntry entry, MethodInfo called, KernelTraits traits)
    {
        _entry = entry;
        _called = called;
        _method = new DynamicMethod(
            "Loop of " + entry.Name,
            typeof(void),
            [typeof(KernelArguments), typeof(LaunchShape).MakeByRefType(), typeof(long), typeof(long), typeof(long).MakeByRefType()],
            typeof(LoopCompiler).Module,
            skipVisibility: true);
        _il = _method.GetILGenerator();
        ParameterInfo[] parameters = entry.Method.GetParameters();
        int first = 0;
        if (entry.Grouping != KernelGrouping.Explicit)
        {
            _cursor = _il.DeclareLocal(parameters[0].ParameterType);
            first = 1;
        }

        _arguments = Array.ConvertAll(parameters[first..], parameter => _il.DeclareLocal(parameter.ParameterType));
        _thread = traits.UsesIndices ? _il.DeclareLocal(typeof(KernelThread)) : null;
        _arena = traits.UsesLocalMemory ? _il.DeclareLocal(typeof(LocalArena)) : null;
        _position = traits.UsesLocalMemory ? _il.DeclareLocal(typeof(IntPtr)) : null;
    }

    /// <summary>The loop of a kernel.</summary>
    /// <param name="entry">The kernel.</param>
    /// <param name="called">The method to call: the kernel's own or its checked copy.</param>
    /// <param name="traits">What the kernel uses.</param>
    public static KernelLoop Compile(KernelEntry entry, MethodInfo called, KernelTraits traits) => new LoopCompiler(entry, called, traits).Emit();

    private KernelLoop Emit()
    {
        LocalBuilder linear = _il.DeclareLocal(typeof(long));
        Label test = _il.DefineLabel();
        Label body = _il.DefineLabel();

        EmitArguments();
        EmitStart();
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Stloc, linear);
        _il.Emit(OpCodes.Br, test);

        _il.MarkLabel(body);
        _il.Emit(OpCodes.Ldarg, 4);
        _il.Emit(OpCodes.Ldloc, linear);
        _il.Emit(OpCodes.Stind_I8);
        EmitCall();
        EmitNext();
        _il.Emit(OpCodes.Ldloc, linear);
        _il.Emit(OpCodes.Ldc_I8, 1L);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, linear);

        _il.MarkLabel(test);
        _il.Emit(OpCodes.Ldloc, linear);
        _il.Emit(OpCodes.Ldarg_3);
        _il.Emit(OpCodes.Blt, body);
        _il.Emit(OpCodes.Ret);
        return _method.CreateDelegate<KernelLoop>();
    }

    // The arguments are copied into locals once: read from the object they would be loaded again for every index.
    private void EmitArguments()
    {
        for (int i = 0; i < _arguments.Length; i++)
        {
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Castclass, _entry.ArgumentsType);
            _il.Emit(OpCodes.Ldfld, _entry.ArgumentsType.GetField($"Arg{i + 1}")!);
            _il.Emit(OpCodes.Stloc, _arguments[i]);
        }
    }

    private void EmitStart()
    {
        if (_cursor is not null)
        {
            _il.Emit(OpCodes.Ldarg_2);
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Call, Getter(typeof(LaunchShape), nameof(LaunchShape.Extent)));
            _il.Emit(OpCodes.Ldloca, _cursor);
            _il.Emit(OpCodes.Call, CursorMethod(nameof(IndexCursor.Start), [typeof(long), typeof(Index3D), _cursor.LocalType.MakeByRefType()]));
        }

        if (_thread is not null)
        {
            _il.Emit(OpCodes.Call, Getter(typeof(KernelThread), nameof(KernelThread.Current)));
            _il.Emit(OpCodes.Stloc, _thread);
            _il.Emit(OpCodes.Ldloc, _thread);
            _il.Emit(OpCodes.Ldarg_2);
            _il.Emit(OpCodes.Call, typeof(KernelThread).GetMethod(nameof(KernelThread.Start))!);
        }

        if (_arena is not null)
        {
            _il.Emit(OpCodes.Call, Getter(typeof(LocalArena), nameof(LocalArena.Current)));
            _il.Emit(OpCodes.Stloc, _arena);
            _il.Emit(OpCodes.Ldloc, _arena);
            _il.Emit(OpCodes.Call, Getter(typeof(LocalArena), nameof(LocalArena.Position)));
            _il.Emit(OpCodes.Stloc, _position!);
        }
    }

    private void EmitCall()
    {
        if (!_entry.Method.IsStatic)
        {
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldfld, typeof(KernelArguments).GetField(nameof(KernelArguments.Target))!);
            _il.Emit(OpCodes.Castclass, _entry.Method.DeclaringType!);
        }

        if (_cursor is not null)
        {
            _il.Emit(OpCodes.Ldloc, _cursor);
        }

        foreach (LocalBuilder argument in _arguments)
        {
            _il.Emit(OpCodes.Ldloc, argument);
        }

        _il.Emit(OpCodes.Call, _called);
    }

    private void EmitNext()
    {
        if (_arena is not null)
        {
            _il.Emit(OpCodes.Ldloc, _arena);
            _il.Emit(OpCodes.Ldloc, _position!);
            _il.Emit(OpCodes.Call, typeof(LocalArena).GetMethod(nameof(LocalArena.Reset))!);
        }

        if (_thread is not null)
        {
            _il.Emit(OpCodes.Ldloc, _thread);
            _il.Emit(OpCodes.Call, typeof(KernelThread).GetMethod(nameof(KernelThread.Next))!);
        }

        if (_cursor is not null)
        {
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Call, Getter(typeof(LaunchShape), nameof(LaunchShape.Extent)));
            _il.Emit(OpCodes.Ldloca, _cursor);
            _il.Emit(OpCodes.Call, CursorMethod(nameof(IndexCursor.Next), [typeof(Index3D), _cursor.LocalType.MakeByRefType()]));
        }
    }

    private static MethodInfo Getter(Type type, string property) => type.GetProperty(property)!.GetMethod!;

    private static MethodInfo CursorMethod(string name, Type[] parameters)
        => typeof(IndexCursor).GetMethod(name, Any, parameters)
            ?? throw new NotSupportedException($"A kernel index is Index1D, Index2D or Index3D, not {parameters[^1].GetElementType()!.Name}.");
}
