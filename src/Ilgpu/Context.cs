using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>The root object: a set of devices and the settings that all accelerators made from it share.</summary>
public sealed partial class Context : IDisposable, IEnumerable<Device>
{
    private readonly Lock _gate = new();
    private readonly List<Accelerator> _accelerators = [];

    private Context(ContextProperties properties, ImmutableArray<Device> devices)
    {
        Properties = properties;
        Devices = devices;
    }

    /// <summary>The version of the ILGPU API that this library follows.</summary>
    public static string Version => "1.5.3";

    /// <summary>All devices, in the order in which they were added.</summary>
    public ImmutableArray<Device> Devices { get; }

    /// <summary>The settings.</summary>
    public ContextProperties Properties { get; }

    /// <summary>A builder to which devices and settings are added.</summary>
    public static Builder Create() => new();

    /// <summary>A context with the devices and settings that <paramref name="configure"/> adds.</summary>
    public static Context Create(Action<Builder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new Builder();
        configure(builder);
        return builder.ToContext();
    }

    /// <summary>A context with all devices and the default settings.</summary>
    public static Context CreateDefault() => Create(builder => builder.Default());

    /// <summary>The devices of a type, in order.</summary>
    /// <typeparam name="TDevice">The device type.</typeparam>
    public DeviceCollection<TDevice> GetDevices<TDevice>()
        where TDevice : Device
        => new([.. Devices.OfType<TDevice>()]);

    /// <summary>The device of a type at a position.</summary>
    /// <typeparam name="TDevice">The device type.</typeparam>
    /// <param name="deviceIndex">The position among the devices of that type.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    public TDevice GetDevice<TDevice>(int deviceIndex)
        where TDevice : Device
    {
        DeviceCollection<TDevice> devices = GetDevices<TDevice>();
        if ((uint)deviceIndex >= (uint)devices.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(deviceIndex), $"The context has {devices.Count} devices of type {typeof(TDevice).Name}, device {deviceIndex} was asked for; add it to the builder.");
        }

        return devices[deviceIndex];
    }

    /// <summary>The device to use when there is no other wish: the first GPU, or the first CPU.</summary>
    /// <param name="preferCPU">True to take the first CPU.</param>
    /// <exception cref="NotSupportedException">The context has no device.</exception>
    public Device GetPreferredDevice(bool preferCPU)
    {
        if (Devices.IsEmpty)
        {
            throw new NotSupportedException("The context has no device; add one to the builder, for example by CPU().");
        }

        return Devices.FirstOrDefault(device => device.AcceleratorType == AcceleratorType.CPU == preferCPU) ?? Devices[0];
    }

    /// <summary>Disposes the accelerators that were made from this context.</summary>
    public void Dispose()
    {
        Accelerator[] accelerators;
        lock (_gate)
        {
            accelerators = [.. _accelerators];
        }

        foreach (Accelerator accelerator in accelerators)
        {
            accelerator.Dispose();
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Device> GetEnumerator() => ((IEnumerable<Device>)Devices).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Attach(Accelerator accelerator)
    {
        lock (_gate)
        {
            _accelerators.Add(accelerator);
        }
    }

    internal void Detach(Accelerator accelerator)
    {
        lock (_gate)
        {
            _accelerators.Remove(accelerator);
        }
    }

    /// <summary>The devices of one type.</summary>
    /// <typeparam name="TDevice">The device type.</typeparam>
    public readonly struct DeviceCollection<TDevice> : IEnumerable<TDevice>
        where TDevice : Device
    {
        private readonly ImmutableArray<TDevice> _devices;

        internal DeviceCollection(ImmutableArray<TDevice> devices)
        {
            _devices = devices;
        }

        /// <summary>The number of devices.</summary>
        public int Count => _devices.Length;

        /// <summary>The device at a position.</summary>
        public TDevice this[int deviceIndex] => _devices[deviceIndex];

        /// <inheritdoc/>
        public IEnumerator<TDevice> GetEnumerator() => ((IEnumerable<TDevice>)_devices).GetEnumerator();

        /// <inheritdoc/>
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
