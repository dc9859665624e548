using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace DreamFusion.Architecture.Tests.Discovery;

/// <summary>A kernel and everything of ours that it calls.</summary>
public sealed class KernelGraph
{
    private readonly Dictionary<MethodBase, DeviceMethod> _methods = [];

    /// <summary>Walks the calls from a kernel.</summary>
    /// <param name="kernel">Closed kernel.</param>
    /// <param name="cache">Decoded methods shared by the kernels of one run.</param>
    public KernelGraph(Kernel kernel, Dictionary<MethodBase, DeviceMethod> cache)
    {
        Kernel = kernel;
        var pending = new Stack<MethodBase>([kernel.Method]);
        while (pending.TryPop(out MethodBase? method))
        {
            if (_methods.ContainsKey(method))
            {
                continue;
            }

            if (!cache.TryGetValue(method, out DeviceMethod? decoded))
            {
                cache[method] = decoded = new DeviceMethod(method);
            }

            _methods[method] = decoded;
            foreach (MethodBase callee in Callees(decoded))
            {
                pending.Push(callee);
            }
        }
    }

    /// <summary>The entry.</summary>
    public Kernel Kernel { get; }

    /// <summary>The kernel first, then what it reaches.</summary>
    public IReadOnlyCollection<DeviceMethod> Methods => _methods.Values;

    /// <summary>The decoded form of a reached method.</summary>
    public DeviceMethod this[MethodBase method] => _methods[method];

    /// <summary>Methods of the kernel's own assembly that a method calls: these run on the device as IL, all others are intrinsics.</summary>
    public IEnumerable<MethodBase> Callees(DeviceMethod method) => method.Calls
        .Select(call => call.Target)
        .OfType<MethodBase>()
        .Where(IsDeviceCode);

    /// <summary>
    /// True for methods whose IL would be compiled for the device. A class's constructor is not: creating the object is
    /// an error already, and the constructor would only repeat it.
    /// </summary>
    public bool IsDeviceCode(MethodBase method) =>
        method.Module.Assembly == Kernel.Method.Module.Assembly && method is not ConstructorInfo { DeclaringType.IsValueType: false };
}
