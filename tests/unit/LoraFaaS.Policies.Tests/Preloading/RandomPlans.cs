using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Policies.Tests.Preloading;

/// <summary>Small random requests, tight on purpose: memory for about half of what would be wanted.</summary>
internal static class RandomPlans
{
    public static PreloadRequest Make(Random random, int mostFunctions = 5, bool resident = false)
    {
        var workers = random.Next(1, 3);
        var backbones = random.Next(1, 3);
        var sandboxes = random.Next(1, 4);
        var functions = random.Next(2, mostFunctions + 1);

        return new PreloadRequest
        {
            Workers = [.. Enumerable.Range(0, workers).Select(index => new PreloadWorker
            {
                Id = new WorkerId($"w{index}"),
                Disk = Mi(random.Next(0, 300)),
                Host = Mi(random.Next(0, 700)),
                Device = Mi(random.Next(200, 1500)),
                Blanks = random.Next(0, 4),
            })],
            Backbones = [.. Enumerable.Range(0, backbones).Select(index =>
            {
                var bytes = Mi(random.Next(50, 700));
                var saves = random.Next(0, 2000);
                return new PreloadBackbone
                {
                    Digest = Digest($"backbone{index}"), HostBytes = bytes, DeviceBytes = bytes,
                    HostSaves = Ms(saves / 2), DeviceSaves = Ms(saves), Residences = resident && random.Next(2) == 0 ? [new Residence(random.Next(workers), StorageTier.Device)] : [],
                };
            })],
            Sandboxes = [.. Enumerable.Range(0, sandboxes).Select(index => new PreloadSandbox
            {
                Domain = new TrustDomain($"d{index}"), Backbone = random.Next(backbones), DeviceBytes = Mi(random.Next(0, 200)), Saves = Ms(random.Next(0, 800)),
            })],
            Functions = [.. Enumerable.Range(0, functions).Select(index => Function(random, index, workers, sandboxes, resident))],
        };
    }

    private static PreloadFunction Function(Random random, int index, int workers, int sandboxes, bool resident)
    {
        var disk = random.Next(0, 300);
        var host = disk + random.Next(0, 200);
        return new PreloadFunction
        {
            Id = FunctionId.TryParse($"f{index}", out var id) ? id : throw new InvalidOperationException(),
            Adapter = Digest($"adapter{index}"),
            Sandbox = random.Next(sandboxes),
            Probability = Math.Pow(random.NextDouble(), 2),
            AdapterBytes = Mi(random.Next(5, 250)),
            PrefixBytes = random.Next(2) == 0 ? default : Mi(random.Next(1, 60)),
            DiskSaves = Ms(disk),
            HostSaves = Ms(host),
            DeviceSaves = Ms(host + random.Next(1, 400)),
            PrefixSaves = Ms(random.Next(0, 200)),
            Residences = resident && random.Next(2) == 0 ? [new Residence(random.Next(workers), (StorageTier)random.Next(1, 4))] : [],
        };
    }

    public static Digest Digest(string text) => Contracts.Identity.Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes(text));

    public static ByteSize Mi(long mebibytes) => ByteSize.FromMebibytes(mebibytes);

    public static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
