using System;
using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Compiles the loop over a range of indices with a direct call of the kernel inside, so that the JIT compiler sees one ordinary loop:
/// no delegate call per index, no boxed argument, and small kernels are inlined.
/// </summary>
internal static class LoopCompiler
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    /// <summary>The loop of a kernel whose first parameter is its index.</summary>
    public static KernelLoop Compile(KernelEntry entry)
    {
        ParameterInfo[] parameters = entry.Method.GetParameters();
        Type indexType = parameters[0].ParameterType;
        var method = new DynamicMethod(
            "Loop of " + entry.Name,
            typeof(void),
            [typeof(KernelArguments), typeof(Index3D).MakeByRefType(), typeof(long), typeof(long), typeof(long).MakeByRefType()],
            typeof(LoopCompiler).Module,
            skipVisibility: true);
        ILGenerator il = method.GetILGenerator();

        LocalBuilder[] arguments = LoadArguments(il, entry, parameters);
        LocalBuilder linear = il.DeclareLocal(typeof(long));
        LocalBuilder cursor = il.DeclareLocal(indexType);
        LocalBuilder arena = il.DeclareLocal(typeof(LocalArena));
        LocalBuilder position = il.DeclareLocal(typeof(IntPtr));
        Label test = il.DefineLabel();
        Label body = il.DefineLabel();

        il.Emit(OpCodes.Call, typeof(LocalArena).GetProperty(nameof(LocalArena.Current))!.GetMethod!);
        il.Emit(OpCodes.Stloc, arena);
        il.Emit(OpCodes.Ldloc, arena);
        il.Emit(OpCodes.Call, typeof(LocalArena).GetProperty(nameof(LocalArena.Position))!.GetMethod!);
        il.Emit(OpCodes.Stloc, position);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Stloc, linear);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldloca, cursor);
        il.Emit(OpCodes.Call, CursorMethod(nameof(IndexCursor.Start), indexType));
        il.Emit(OpCodes.Br, test);

        il.MarkLabel(body);
        il.Emit(OpCodes.Ldarg, 4);
        il.Emit(OpCodes.Ldloc, linear);
        il.Emit(OpCodes.Stind_I8);
        EmitCall(il, entry, cursor, arguments);
        il.Emit(OpCodes.Ldloc, arena);
        il.Emit(OpCodes.Ldloc, position);
        il.Emit(OpCodes.Call, typeof(LocalArena).GetMethod(nameof(LocalArena.Reset))!);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldloca, cursor);
        il.Emit(OpCodes.Call, CursorMethod(nameof(IndexCursor.Next), indexType));
        il.Emit(OpCodes.Ldloc, linear);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, linear);

        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, linear);
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Blt, body);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<KernelLoop>();
    }

    // The arguments are copied into locals once: read from the object they would be loaded again for every index.
    private static LocalBuilder[] LoadArguments(ILGenerator il, KernelEntry entry, ParameterInfo[] parameters)
    {
        var locals = new LocalBuilder[parameters.Length - 1];
        for (int i = 0; i < locals.Length; i++)
        {
            locals[i] = il.DeclareLocal(parameters[i + 1].ParameterType);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Castclass, entry.ArgumentsType);
            il.Emit(OpCodes.Ldfld, entry.ArgumentsType.GetField($"Arg{i + 1}")!);
            il.Emit(OpCodes.Stloc, locals[i]);
        }

        return locals;
    }

    private static void EmitCall(ILGenerator il, KernelEntry entry, LocalBuilder cursor, LocalBuilder[] arguments)
    {
        if (!entry.Method.IsStatic)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, typeof(KernelArguments).GetField(nameof(KernelArguments.Target))!);
            il.Emit(OpCodes.Castclass, entry.Method.DeclaringType!);
        }

        il.Emit(OpCodes.Ldloc, cursor);
        foreach (LocalBuilder argument in arguments)
        {
            il.Emit(OpCodes.Ldloc, argument);
        }

        il.Emit(OpCodes.Call, entry.Method);
    }

    private static MethodInfo CursorMethod(string name, Type indexType)
        => typeof(IndexCursor).GetMethod(name, Any, [.. name == nameof(IndexCursor.Start) ? [typeof(long)] : Type.EmptyTypes, typeof(Index3D).MakeByRefType(), indexType.MakeByRefType()])
            ?? throw new NotSupportedException($"A kernel index is Index1D, Index2D or Index3D, not {indexType.Name}.");
}
