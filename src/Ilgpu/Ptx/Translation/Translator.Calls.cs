using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using ILGPU.Runtime.IL;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    private void TranslateCall(MethodBase called, bool isVirtual)
    {
        Type? constrainedTo = _frame.ConstrainedTo;
        _frame.ConstrainedTo = null;
        MethodBase target = CallTarget.Resolve(called, constrainedTo);
        if (target.IsAbstract || (isVirtual && target is { IsVirtual: true, IsFinal: false } && constrainedTo is null && target.DeclaringType is not { IsValueType: true }))
        {
            throw Refuse($"calls {NameOf(target)}, which is virtual; make the variant a struct type parameter");
        }

        Value[] arguments = PopArguments(target.GetParameters().Length + (target.IsStatic ? 0 : 1));
        if (Invoke(target, arguments) is { } result)
        {
            _frame.Push(result);
        }
    }

    private void TranslateConstructor(ConstructorInfo constructor)
    {
        Type type = constructor.DeclaringType!;
        if (!type.IsValueType)
        {
            throw Refuse($"creates an object of the class {type.Name}; device code has structs only");
        }

        Value[] arguments = PopArguments(constructor.GetParameters().Length);
        var created = new Storage(type, _code);
        AssignParts(created, ZeroOf(type));
        Invoke(constructor, [new StorageReference(created), .. arguments]);
        _frame.Push(ReadStorage(created));
    }

    private Value[] PopArguments(int count)
    {
        var arguments = new Value[count];
        for (int i = count - 1; i >= 0; i--)
        {
            arguments[i] = _frame.Pop();
        }

        return arguments;
    }

    /// <summary>The result of a call: an intrinsic, or the method inlined. Null if there is none.</summary>
    private Value? Invoke(MethodBase target, Value[] arguments)
    {
        if (TryIntrinsic(target, arguments, out Value? result))
        {
            return result;
        }

        if (CallTarget.IsPlatform(target))
        {
            throw Refuse($"calls {NameOf(target)}, which devices do not have");
        }

        if (target.GetMethodBody() is null)
        {
            throw Refuse($"calls {NameOf(target)}, which has no body");
        }

        return Inline(target, arguments);
    }

    private Value? Inline(MethodBase target, Value[] arguments)
    {
        for (Frame? frame = _frame; frame is not null; frame = frame.Caller)
        {
            if (frame.Method == target)
            {
                throw Refuse($"calls {NameOf(target)}, which calls itself; everything is inlined, so write a loop");
            }
        }

        if (_frame.Depth >= MaximumDepth)
        {
            throw Refuse($"calls {NameOf(target)} at depth {MaximumDepth}; nest fewer calls");
        }

        // What waits on the stack must not change under an inlined method, whichever way it takes.
        for (int i = 0; i < _frame.Stack.Count; i++)
        {
            _frame.Stack[i] = Copy(_frame.Stack[i]);
        }

        Frame caller = _frame;
        var callee = new Frame(target, caller, _code);
        List<Type> types = [.. target.GetParameters().Select(parameter => parameter.ParameterType)];
        if (!target.IsStatic)
        {
            types.Insert(0, target.DeclaringType!.MakeByRefType());
        }

        bool[] changed = callee.FindChangedArguments(types.Count);
        callee.Arguments = [.. types.Select((type, i) => Bind(type, changed[i], arguments[i]))];
        _frame = callee;
        TranslateBody();
        _frame = caller;
        _emit.Position = caller.Position;
        return callee.Returned;
    }

    private static string NameOf(MethodBase method) => $"{method.DeclaringType?.FullName ?? "?"}.{method.Name}";
}
