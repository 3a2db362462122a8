using LoraFaaS.Simulator.Baselines;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Running;

/// <summary>What is where, what is free, what it costs. Changes only by its own methods, so that no byte is held unbilled.</summary>
internal sealed class ClusterState
{
    private readonly SandboxState?[] _byDomain;
    private readonly List<SandboxState> _sandboxes = [];
    private readonly double _countFrom;
    private readonly double[] _blankReady;
    private readonly int[] _copiesOn;
    private readonly double[] _blanksBilledAt;

    public ClusterState(ClusterSpec cluster, SystemSpec system, Trace trace)
    {
        (Cluster, System, Trace) = (cluster, system, trace);
        Domains = system.SharesProcess ? cluster.Backbones.Count : trace.Functions.Count;
        Free = new double[cluster.Devices];
        Array.Fill(Free, cluster.DeviceGigabytes - (system.Blanks * cluster.ContextGigabytes));
        _blankReady = new double[cluster.Devices * system.Blanks];
        _copiesOn = new int[cluster.Devices];
        _blanksBilledAt = new double[cluster.Devices];
        Copies = [.. Enumerable.Range(0, cluster.Devices * cluster.Backbones.Count).Select(_ => new BackboneCopy())];
        Adapters = new byte[cluster.Devices * trace.Functions.Count];
        AdapterReady = new double[Adapters.Length];
        AdapterFrom = new byte[Adapters.Length];
        AdapterUse = new double[Adapters.Length];
        AdapterCalls = new int[Adapters.Length];
        AdapterPins = new int[Adapters.Length];
        Computing = new int[cluster.Devices];
        DiskLink = new double[cluster.Devices];
        DeviceLink = new double[cluster.Devices];
        On = [.. Enumerable.Range(0, cluster.Devices).Select(_ => new List<SandboxState>())];
        _byDomain = new SandboxState?[cluster.Devices * Domains];
        _countFrom = trace.CountFrom;
        Array.Fill(Adapters, (byte)(system.AdaptersInHost ? 2 : cluster.AdaptersRemote ? 0 : 1));
        Array.Fill(AdapterUse, double.NegativeInfinity);
    }

    public ClusterSpec Cluster { get; }

    public SystemSpec System { get; }

    public Trace Trace { get; }

    public int Domains { get; }

    /// <summary>Device memory nobody holds, gigabytes.</summary>
    public double[] Free { get; }

    /// <summary>Device-major.</summary>
    public BackboneCopy[] Copies { get; }

    /// <summary>A tier as a number (0 remote, 1 disk, 2 host, 3 device), device-major by function.</summary>
    public byte[] Adapters { get; }

    public double[] AdapterReady { get; }

    /// <summary>The tier from which it was last brought to the device.</summary>
    public byte[] AdapterFrom { get; }

    public double[] AdapterUse { get; }

    /// <summary>Calls that use the adapter there now, or wait to.</summary>
    public int[] AdapterCalls { get; }

    /// <summary>Calls that compute with it, or for whose turn it was brought back: it cannot leave.</summary>
    public int[] AdapterPins { get; }

    /// <summary>Processes that compute, by device.</summary>
    public int[] Computing { get; }

    public double[] DiskLink { get; }

    public double[] DeviceLink { get; }

    /// <summary>Processes that exist, by device.</summary>
    public List<SandboxState>[] On { get; }

    public IReadOnlyList<SandboxState> Sandboxes => _sandboxes;

    public double Cost => ActiveCost + IdleCost + HostCost + CallCost;

    /// <summary>Device memory of what computes or loads.</summary>
    public double ActiveCost { get; private set; }

    /// <summary>Device memory of what only waits.</summary>
    public double IdleCost { get; private set; }

    /// <summary>
    /// What of the idle cost nobody could have saved between the same spells of computing: each time a shared backbone was used again, what waiting cost until then or what loading
    /// it again would have, whichever is less.
    /// </summary>
    public double LeastIdleCost { get; private set; }

    /// <summary>Host memory and processors.</summary>
    public double HostCost { get; private set; }

    public double CallCost { get; private set; }

    /// <summary>Gigabyte-seconds of device memory that was held, and of backbone copies among them.</summary>
    public double HeldGigabyteSeconds { get; private set; }

    public double BackboneGigabyteSeconds { get; private set; }

    public int DomainOf(int function) => System.SharesProcess ? Trace.Functions[function].Backbone : function;

    public BackboneCopy Copy(int device, int backbone) => Copies[(device * Cluster.Backbones.Count) + backbone];

    public int AdapterAt(int device, int function) => (device * Trace.Functions.Count) + function;

    public double AdapterGigabytes(int function) => Trace.Functions[function].AdapterMegabytes / 1024;

    public double KvGigabytes(int call) =>
        (Trace.PromptTokens[call] + Trace.OutputTokens[call]) * Cluster.Backbones[Trace.Functions[Trace.Function[call]].Backbone].KvMegabytesPerToken / 1024 / System.MemoryUse;

    public SandboxState? Find(int device, int function)
    {
        var sandbox = _byDomain[(device * Domains) + DomainOf(function)];
        return sandbox is { Exists: true } ? sandbox : null;
    }

    /// <summary>What a process takes of the device when it starts.</summary>
    public double ProcessGigabytes(int function) =>
        Cluster.ContextGigabytes + (System.SharesBackbone ? 0 : Cluster.Backbones[Trace.Functions[function].Backbone].Gigabytes);

    public SandboxState Start(int device, int function, double now)
    {
        ref var slot = ref _byDomain[(device * Domains) + DomainOf(function)];

        if (slot is null)
        {
            slot = new SandboxState(device, DomainOf(function), Trace.Functions[function].Backbone) { Index = _sandboxes.Count };
            _sandboxes.Add(slot);
        }

        slot.Exists = true;
        slot.KernelsWarm = false;
        (slot.BilledAt, slot.LastUse, slot.Gigabytes, slot.Tokens, slot.TokensAt, slot.Rate) = (now, now, 0, 0, now, 0);
        On[device].Add(slot);
        Hold(slot, ProcessGigabytes(function), now);

        if (System.SharesBackbone)
        {
            Copy(device, slot.Backbone).Users++;
        }

        return slot;
    }

    /// <summary>The instant from which a blank of this device can be had: at once while one waits, else when the next one has been started.</summary>
    public double TakeBlank(int device, double now)
    {
        var first = device * System.Blanks;

        for (var blank = first + 1; blank < (device + 1) * System.Blanks; blank++)
        {
            first = _blankReady[blank] < _blankReady[first] ? blank : first;
        }

        var ready = Math.Max(now, _blankReady[first]);
        var seconds = (Cluster.WarmMs + Cluster.LibrariesMs + Cluster.KernelsMs) / 1000;
        _blankReady[first] = ready + seconds;

        // Its successor's start is work.
        if (ready >= _countFrom && !System.AlwaysOn)
        {
            Spend(device: seconds * Cluster.ContextGigabytes * (Cluster.Price.ActiveDeviceGigabyte - Cluster.Price.IdleDeviceGigabyte), idle: 0,
                host: seconds * ((Cluster.ProcessHostGigabytes * (Cluster.Price.ActiveHostGigabyte - Cluster.Price.IdleHostGigabyte)) + Cluster.Price.ActiveCore));
        }

        return ready;
    }

    public void Stop(SandboxState sandbox, double now)
    {
        for (var function = 0; function < Trace.Functions.Count; function++)
        {
            if (DomainOf(function) == sandbox.Domain && Adapters[AdapterAt(sandbox.Device, function)] == 3)
            {
                Adapters[AdapterAt(sandbox.Device, function)] = 2;
            }
        }

        Hold(sandbox, -sandbox.Gigabytes, now);
        sandbox.Exists = false;
        sandbox.IdleVersion++;
        On[sandbox.Device].Remove(sandbox);

        if (System.SharesBackbone)
        {
            Copy(sandbox.Device, sandbox.Backbone).Users--;
        }
    }

    public void DropAdapter(int device, int function, double now)
    {
        var at = AdapterAt(device, function);

        if (Adapters[at] == 3 && Find(device, function) is { } sandbox)
        {
            Adapters[at] = 2;
            Hold(sandbox, -AdapterGigabytes(function), now);
        }
    }

    public void DropCopy(int device, int backbone, double now)
    {
        var copy = Copy(device, backbone);
        Bill(device, backbone, now);
        BillBlanks(device, now);
        _copiesOn[device]--;
        copy.Exists = false;
        Free[device] += Cluster.Backbones[backbone].Gigabytes;
    }

    public void AddCopy(int device, int backbone, double now)
    {
        var copy = Copy(device, backbone);
        (copy.Exists, copy.BilledAt, copy.LastUse, copy.IdleSince) = (true, now, now, now);
        BillBlanks(device, now);
        _copiesOn[device]++;
        Free[device] -= Cluster.Backbones[backbone].Gigabytes;
    }

    /// <summary>Adds to what a process holds, billing what it held until now.</summary>
    public void Hold(SandboxState sandbox, double gigabytes, double now)
    {
        Bill(sandbox, now);
        sandbox.Gigabytes += gigabytes;
        Free[sandbox.Device] -= gigabytes;
    }

    /// <summary>Called before a process becomes busy or idle, and at the end.</summary>
    public void Bill(SandboxState sandbox, double now)
    {
        var seconds = now - Math.Max(sandbox.BilledAt, _countFrom);
        sandbox.BilledAt = now;

        if (seconds <= 0)
        {
            return;
        }

        var price = Cluster.Price;
        var busy = sandbox.IsBusy;
        HeldGigabyteSeconds += seconds * sandbox.Gigabytes;
        BackboneGigabyteSeconds += System.SharesBackbone ? 0 : seconds * Cluster.Backbones[sandbox.Backbone].Gigabytes;

        if (!System.AlwaysOn)
        {
            Spend(
                device: busy ? seconds * sandbox.Gigabytes * price.ActiveDeviceGigabyte : 0, idle: busy ? 0 : seconds * sandbox.Gigabytes * price.IdleDeviceGigabyte,
                host: seconds * ((Cluster.ProcessHostGigabytes * (busy ? price.ActiveHostGigabyte : price.IdleHostGigabyte)) + (busy ? price.ActiveCore : 0)));
        }
    }

    public void Bill(int device, int backbone, double now)
    {
        var copy = Copy(device, backbone);
        var seconds = now - Math.Max(copy.BilledAt, _countFrom);
        copy.BilledAt = now;

        if (seconds <= 0 || !copy.Exists)
        {
            return;
        }

        var gigabytes = Cluster.Backbones[backbone].Gigabytes;
        HeldGigabyteSeconds += seconds * gigabytes;
        BackboneGigabyteSeconds += seconds * gigabytes;

        if (!System.AlwaysOn)
        {
            Spend(
                device: copy.Busy > 0 ? seconds * gigabytes * Cluster.Price.ActiveDeviceGigabyte : 0, idle: copy.Busy > 0 ? 0 : seconds * gigabytes * Cluster.Price.IdleDeviceGigabyte,
                host: 0);
        }
    }

    /// <summary>A process on a shared backbone has work from now on, or none any more.</summary>
    public void Use(int device, int backbone, bool busy, double now)
    {
        Bill(device, backbone, now);
        var copy = Copy(device, backbone);

        if (busy && copy.Busy == 0)
        {
            var spec = Cluster.Backbones[backbone];
            var waited = Math.Max(0, now - Math.Max(copy.IdleSince, _countFrom)) * Cluster.Price.IdleDeviceGigabyte;
            var again = (System.FastLoader ? spec.FastLoadMs : spec.LoadMs) / 1000 * Cluster.Price.ActiveDeviceGigabyte;
            LeastIdleCost += System.AlwaysOn ? 0 : spec.Gigabytes * Math.Min(waited, again);
        }

        copy.Busy += busy ? 1 : -1;
        (copy.LastUse, copy.IdleSince) = (now, now);
    }

    /// <summary>Loading ahead of calls is work: it is paid for as work, though no call is there yet.</summary>
    public void ChargeLoading(int device, int function, double seconds)
    {
        if (System.AlwaysOn || Find(device, function) is not { IsBusy: false } sandbox)
        {
            return;
        }

        var price = Cluster.Price;
        var loading = System.SharesBackbone && Copy(device, sandbox.Backbone) is { Exists: true } copy && copy.Busy == 0 && copy.ReadyAt > copy.BilledAt
            ? Cluster.Backbones[sandbox.Backbone].Gigabytes
            : 0;
        Spend(
            device: seconds * (sandbox.Gigabytes + loading) * (price.ActiveDeviceGigabyte - price.IdleDeviceGigabyte), idle: 0,
            host: seconds * ((Cluster.ProcessHostGigabytes * (price.ActiveHostGigabyte - price.IdleHostGigabyte)) + price.ActiveCore));
    }

    public void Close(double now, int calls)
    {
        foreach (var sandbox in _sandboxes)
        {
            if (sandbox.Exists)
            {
                Bill(sandbox, now);
            }
        }

        for (var device = 0; device < Cluster.Devices; device++)
        {
            BillBlanks(device, now);

            for (var backbone = 0; backbone < Cluster.Backbones.Count; backbone++)
            {
                Bill(device, backbone, now);
            }
        }

        if (System.AlwaysOn)
        {
            // Rented devices are paid for as a whole, all the time, at the price of use.
            ActiveCost += Cluster.Devices * Cluster.DeviceGigabytes * Cluster.Price.ActiveDeviceGigabyte * (now - _countFrom);
            return;
        }

        CallCost += calls * Cluster.Price.Call;
    }

    /// <summary>Blanks are paid for while their device has a backbone; an empty device is nobody's bill, as an empty device is under every system.</summary>
    private void BillBlanks(int device, double now)
    {
        var seconds = now - Math.Max(_blanksBilledAt[device], _countFrom);
        _blanksBilledAt[device] = now;

        if (seconds <= 0 || _copiesOn[device] == 0 || System.AlwaysOn)
        {
            return;
        }

        var blanks = seconds * System.Blanks;
        HeldGigabyteSeconds += blanks * Cluster.ContextGigabytes;
        Spend(device: 0, idle: blanks * Cluster.ContextGigabytes * Cluster.Price.IdleDeviceGigabyte, host: blanks * Cluster.ProcessHostGigabytes * Cluster.Price.IdleHostGigabyte);
    }

    private void Spend(double device, double idle, double host) => (ActiveCost, IdleCost, HostCost) = (ActiveCost + device, IdleCost + idle, HostCost + host);
}
