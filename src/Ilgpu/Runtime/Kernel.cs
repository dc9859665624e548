using System;
using System.Globalization;
using System.Linq;
using System.Reflection;

namespace ILGPU.Runtime;

/// <summary>A loaded kernel that is launched without static types. The typed loaders are faster: they do not box.</summary>
public sealed class Kernel
{
    private const int MaxArguments = 14;

    private readonly KernelProgram _program;
    private readonly KernelGrouping _grouping;
    private readonly Type _argumentsType;
    private readonly Type[] _parameters;

    private Kernel(Accelerator accelerator, MethodInfo method, KernelGrouping grouping, int groupSize)
    {
        Accelerator = accelerator;
        _grouping = grouping;
        _parameters = [.. method.GetParameters().Skip(grouping == KernelGrouping.Explicit ? 0 : 1).Select(parameter => parameter.ParameterType)];
        if (_parameters.Length is < 1 or > MaxArguments)
        {
            throw new NotSupportedException($"Kernel '{method.Name}' has {_parameters.Length} arguments, expected 1 to {MaxArguments}; put them into a struct.");
        }

        Type open = typeof(KernelArguments).Assembly.GetType($"{typeof(KernelArguments).FullName}`{_parameters.Length}", throwOnError: true)!;
        _argumentsType = open.MakeGenericType(_parameters);
        _program = accelerator.LoadProgram(new KernelEntry(method, null, grouping, groupSize, default, _argumentsType));
    }

    /// <summary>The accelerator.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>What is known about the kernel.</summary>
    public KernelInfo Info => _program.Info;

    /// <summary>Launches an indexed kernel for every index of an extent.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <param name="stream">The stream.</param>
    /// <param name="dimension">The extent.</param>
    /// <param name="args">The arguments without the index, of exactly the parameters' types.</param>
    /// <exception cref="ArgumentException">An argument does not fit, or the kernel is explicitly grouped.</exception>
    public void Launch<TIndex>(AcceleratorStream stream, TIndex dimension, params object[] args)
        where TIndex : struct, IIndex
    {
        Require(_grouping != KernelGrouping.Explicit, "is explicitly grouped; launch it with a KernelConfig");
        _program.Run(stream, Bind(args), IndexShape.ToExtent(dimension));
    }

    /// <summary>Launches an explicitly grouped kernel.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="config">Grid and group.</param>
    /// <param name="args">The arguments, of exactly the parameters' types.</param>
    /// <exception cref="ArgumentException">An argument does not fit, or the kernel has an index.</exception>
    public void Launch(AcceleratorStream stream, KernelConfig config, params object[] args)
    {
        Require(_grouping == KernelGrouping.Explicit, "has an index; launch it with an extent");
        _program.Run(stream, Bind(args), config);
    }

    internal static Kernel Load(Accelerator accelerator, MethodInfo method, KernelGrouping grouping, int groupSize)
    {
        ArgumentNullException.ThrowIfNull(method);
        return method.IsStatic
            ? new Kernel(accelerator, method, grouping, groupSize)
            : throw new NotSupportedException($"Kernel '{method.Name}' is an instance method; make it static.");
    }

    private KernelArguments Bind(object[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        Require(
            args.Length == _parameters.Length,
            string.Create(CultureInfo.InvariantCulture, $"takes {_parameters.Length} arguments, {args.Length} were given"));
        var arguments = (KernelArguments)Activator.CreateInstance(_argumentsType)!;
        for (int i = 0; i < args.Length; i++)
        {
            Type? given = args[i]?.GetType();
            Require(given == _parameters[i], $"takes {_parameters[i].Name} as argument {i + 1}, {given?.Name ?? "null"} was given");
            _argumentsType.GetField($"Arg{i + 1}")!.SetValue(arguments, args[i]);
        }

        return arguments;
    }

    private void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ArgumentException($"Kernel '{Info.Name}' {problem}.");
        }
    }
}
