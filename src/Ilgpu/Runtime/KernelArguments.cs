namespace ILGPU.Runtime;

// One class per number of arguments: C# has no variadic generics.

/// <summary>Carries 1 argument to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1> : KernelArguments
{
    public T1 Arg1 = default!;
}

/// <summary>Carries 2 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
}

/// <summary>Carries 3 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
}

/// <summary>Carries 4 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
}

/// <summary>Carries 5 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
}

/// <summary>Carries 6 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
}

/// <summary>Carries 7 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
}

/// <summary>Carries 8 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
    public T8 Arg8 = default!;
}

/// <summary>Carries 9 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
    public T8 Arg8 = default!;
    public T9 Arg9 = default!;
}

/// <summary>Carries 10 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
    public T8 Arg8 = default!;
    public T9 Arg9 = default!;
    public T10 Arg10 = default!;
}

/// <summary>Carries 11 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
    public T8 Arg8 = default!;
    public T9 Arg9 = default!;
    public T10 Arg10 = default!;
    public T11 Arg11 = default!;
}

/// <summary>Carries 12 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
    public T8 Arg8 = default!;
    public T9 Arg9 = default!;
    public T10 Arg10 = default!;
    public T11 Arg11 = default!;
    public T12 Arg12 = default!;
}

/// <summary>Carries 13 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
    public T8 Arg8 = default!;
    public T9 Arg9 = default!;
    public T10 Arg10 = default!;
    public T11 Arg11 = default!;
    public T12 Arg12 = default!;
    public T13 Arg13 = default!;
}

/// <summary>Carries 14 arguments to the threads that run a kernel.</summary>
internal sealed class KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> : KernelArguments
{
    public T1 Arg1 = default!;
    public T2 Arg2 = default!;
    public T3 Arg3 = default!;
    public T4 Arg4 = default!;
    public T5 Arg5 = default!;
    public T6 Arg6 = default!;
    public T7 Arg7 = default!;
    public T8 Arg8 = default!;
    public T9 Arg9 = default!;
    public T10 Arg10 = default!;
    public T11 Arg11 = default!;
    public T12 Arg12 = default!;
    public T13 Arg13 = default!;
    public T14 Arg14 = default!;
}
