using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Discovery;

/// <summary>A method that runs on the device: a kernel or something it calls.</summary>
public sealed class DeviceMethod
{
    /// <summary>Decodes a closed method.</summary>
    public DeviceMethod(MethodBase method)
    {
        Method = method;
        Instructions = IlReader.Read(method);
        Body = method.GetMethodBody();
    }

    /// <summary>The method with all type arguments.</summary>
    public MethodBase Method { get; }

    /// <summary>Its IL.</summary>
    public IReadOnlyList<Instruction> Instructions { get; }

    /// <summary>Locals and exception clauses; null for a method without a body.</summary>
    public MethodBody? Body { get; }

    /// <summary>Name with type arguments.</summary>
    public string Name => Display.NameOf(Method);

    /// <summary>Calls with their resolved targets; the target is null where it is not known at compile time.</summary>
    public IEnumerable<(Instruction Instruction, MethodBase? Target)> Calls => Instructions
        .Where(instruction => instruction.IsCall)
        .Select(instruction => (instruction, CallTarget.Resolve(instruction)));

    /// <summary>
    /// Every type the method touches and where: parameters, result and locals at offset 0, then the types that
    /// instructions name or whose members they use.
    /// </summary>
    public IEnumerable<(int Offset, Type Type)> Types
    {
        get
        {
            IEnumerable<Type> signature = Method.GetParameters().Select(parameter => parameter.ParameterType);
            IEnumerable<Type> locals = Body?.LocalVariables.Select(local => local.LocalType) ?? [];
            Type[] result = Method is MethodInfo { ReturnType: { } type } ? [type] : [];
            return signature.Concat(result).Concat(locals).Select(type => (0, type)).Concat(Instructions.SelectMany(Named)).SelectMany(Unwrapped).Distinct();
        }
    }

    private static IEnumerable<(int Offset, Type Type)> Named(Instruction instruction) => instruction.Operand switch
    {
        Type type => [(instruction.Offset, type)],
        FieldInfo field => [(instruction.Offset, field.FieldType), .. Declaring(instruction, field)],
        MethodBase method =>
        [
            .. Declaring(instruction, method),
            .. method.GetParameters().Select(parameter => (instruction.Offset, parameter.ParameterType)),
            .. method is MethodInfo { ReturnType: { } result } ? [(instruction.Offset, result)] : Array.Empty<(int, Type)>(),
            .. method.IsGenericMethod ? method.GetGenericArguments().Select(argument => (instruction.Offset, argument)) : [],
        ],
        _ => [],
    };

    private static IEnumerable<(int Offset, Type Type)> Declaring(Instruction instruction, MemberInfo member) =>
        member.DeclaringType is { } type ? [(instruction.Offset, type)] : [];

    /// <summary>A type and what it is made of: element of a reference, pointer or array, and type arguments.</summary>
    private static IEnumerable<(int Offset, Type Type)> Unwrapped((int Offset, Type Type) use)
    {
        yield return use;
        IEnumerable<Type> inner = use.Type.HasElementType ? [use.Type.GetElementType()!] : use.Type.IsGenericType ? use.Type.GetGenericArguments() : [];
        foreach ((int Offset, Type Type) part in inner.SelectMany(type => Unwrapped((use.Offset, type))))
        {
            yield return part;
        }
    }
}
