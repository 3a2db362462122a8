using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>Records with what does not matter filled in.</summary>
internal static class Facts
{
    public static readonly Digest BackboneDigest = Digest.OfBytes("backbone"u8);
    public static readonly DateTimeOffset Then = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static BackboneRecord Backbone(string name = "lory") => new()
    {
        Name = new BackboneName(name),
        Digest = BackboneDigest,
        Path = "/models/" + name,
        ConfigJson = "{}",
        Architecture = "LlamaForCausalLM",
        Parameters = 5_000_000,
        ContextLength = 512,
        VocabularySize = 2560,
        CreatedAt = Then,
    };

    public static AdapterRecord Adapter(string name, string tag = "latest", string backbone = "lory") => new()
    {
        Backbone = new BackboneName(backbone),
        Name = new AdapterName(name),
        Tag = tag,
        Digest = DigestOf(name + tag),
        BackboneDigest = BackboneDigest,
        Bytes = 4_096,
        MaxRank = 8,
        Modules = ["q_proj"],
        PushedAt = Then,
    };

    public static Digest DigestOf(string text) => Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes(text));

    public static FunctionId Id(string name) => new(NamespaceName.Default, new FunctionName(name));

    public static FunctionRevision Revision(string function, string? adapter = null, int number = 1) => new()
    {
        Function = Id(function),
        Number = number,
        Backbone = new BackboneName("lory"),
        BackboneDigest = BackboneDigest,
        AdapterDigest = DigestOf(adapter ?? function),
        AdapterBytes = 4_096,
        ContextLength = 512,
    };

    public static FunctionRecord Function(string name, string? adapter = null, int desired = 1, params (string Name, string Value)[] labels) => new()
    {
        Id = Id(name),
        Generation = 1,
        Deployment = new FunctionDeployment
        {
            Service = name,
            Image = $"lora://lory/{name}",
            Labels = labels.ToDictionary(label => label.Name, label => label.Value),
        },
        Revisions = [Revision(name, adapter)],
        DesiredReplicas = desired,
        CreatedAt = Then,
        UpdatedAt = Then,
    };

    public static WorkerState Worker(string id, params ResidentState[] resident) => new()
    {
        Id = new WorkerId(id),
        Url = $"http://{id}:1",
        Device = "cpu",
        DeviceBytes = 1 << 30,
        DeviceBytesUsed = 0,
        Running = 0,
        Queued = 0,
        Sandboxes = 1,
        Draining = false,
        ControllerId = "controller-1",
        NotEnforced = [],
        Resident = resident,
    };

    public static ResidentState Resident(string adapter, StorageTier tier, TimeSpan idle = default) =>
        new(ResidentKind.Adapter, DigestOf(adapter), tier, 4_096, tier is StorageTier.Device ? new TrustDomain("openfaas-fn") : null, idle);

    public static ResidentState ResidentBackbone() => new(ResidentKind.Backbone, BackboneDigest, StorageTier.Host, 10_000_000, null, default);
}
