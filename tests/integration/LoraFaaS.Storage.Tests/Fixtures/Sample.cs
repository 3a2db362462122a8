using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>Records with every field set, so that one that is lost on the way is missed.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Moment = new(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public static readonly BackboneName Backbone = new("tiny-llama");

    public static FunctionId Id(string name, string space = "openfaas-fn") => new(new NamespaceName(space), new FunctionName(name));

    public static Digest Digest(int seed) => LoraFaaS.Contracts.Identity.Digest.OfBytes(BitConverter.GetBytes(seed));

    public static FunctionRecord Function(string name, long generation = 1, string space = "openfaas-fn", string text = "Grüße, \"letter by letter\"\n") => new()
    {
        Id = Id(name, space),
        Generation = generation,
        Deployment = new FunctionDeployment
        {
            Service = name,
            Image = "lora://tiny-llama/sql:latest",
            Namespace = space,
            EnvVars = new Dictionary<string, string> { ["TEXT"] = text },
            Labels = new Dictionary<string, string>(),
            Annotations = new Dictionary<string, string> { ["lorafaas.io/slo-ttft"] = "250ms" },
            Constraints = ["a", "b"],
            Limits = new FunctionResources { Memory = "1Gi", NvidiaGpu = "1" },
            ReadOnlyRootFilesystem = true,
        },
        Revisions =
        [
            .. Enumerable.Range(1, (int)generation).Select(number => new FunctionRevision
            {
                Function = Id(name, space),
                Number = number,
                Backbone = Backbone,
                BackboneDigest = Digest(1),
                AdapterDigest = number == 1 ? null : Digest(number),
                AdapterBytes = 1L << 40,
                Isolation = IsolationMode.Function,
                SystemPrompt = text,
                Prompt = PromptMode.Raw,
                Sampling = new SamplingDefaults { Temperature = 0.7f, TopP = 0.9f, TopK = 40, MaxTokens = 12, Seed = long.MaxValue },
                SloTtft = TimeSpan.FromMilliseconds(250),
                Timeout = TimeSpan.FromSeconds(61),
                Image = "lora://tiny-llama/sql:v" + number,
                DeployedAt = Moment.AddMinutes(number),
            }),
        ],
        Traffic = generation == 1 ? null : new FunctionTraffic
        {
            Targets = [new TrafficTarget { Revision = 1, Percent = 90, Tag = "stable" }, new TrafficTarget { Percent = 10 }],
            Retired = [new RetiredRevision(1, Moment)],
        },
        DesiredReplicas = 3,
        CreatedAt = Moment,
        UpdatedAt = Moment.AddSeconds(generation),
    };

    public static BackboneRecord BackboneRecord(string name = "tiny-llama", int seed = 1) => new()
    {
        Name = new BackboneName(name),
        Digest = Digest(seed),
        Path = "/models/" + name,
        ConfigJson = """{ "architectures": ["LlamaForCausalLM"], "x": 1.50 }""",
        Architecture = "LlamaForCausalLM",
        Parameters = 5_000_000_000,
        ContextLength = 4_096,
        VocabularySize = 32_000,
        CreatedAt = Moment,
    };

    public static AdapterRecord Adapter(string name, string tag, int seed, int minute = 0) => new()
    {
        Backbone = Backbone,
        Name = new AdapterName(name),
        Tag = tag,
        Digest = Digest(seed),
        BackboneDigest = Digest(1),
        Bytes = 1_000 + seed,
        MaxRank = 16,
        Modules = ["q_proj", "v_proj"],
        PushedAt = Moment.AddMinutes(minute),
    };

    public static UsageRecord Usage(ulong sequence, string function = "sql", int hour = 0, int tokens = 10) => new()
    {
        Sequence = sequence,
        CallId = $"call-{sequence}",
        Function = Id(function),
        Revision = 2,
        PromptTokens = tokens,
        CompletionTokens = 2 * tokens,
        TtftMs = 12.5,
        TotalMs = 99,
        Outcome = "completed",
        StartedAt = new DateTimeOffset(2031, 5, 6, 0, 30, 0, TimeSpan.Zero).AddHours(hour),
        AdapterTier = StorageTier.Device,
        QueueMs = 1,
        LoadMs = 2,
        PrefillMs = 0.5,
        DecodeMs = 0.25,
    };

    public static SecretRecord Secret(string name, string space = "openfaas-fn", long generation = 1, byte content = 7) => new()
    {
        Namespace = new NamespaceName(space),
        Name = new SecretName(name),
        Generation = generation,
        Value = new SealedValue("key-1", [0, content, 255]),
        CreatedAt = Moment,
        UpdatedAt = Moment.AddSeconds(generation),
    };

    public static ApiKeyRecord Key(int number, long generation = 1, string name = "robot") => new()
    {
        Id = new ApiKeyId(number.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)),
        Generation = generation,
        Name = name,
        Namespace = new NamespaceName("team-a"),
        Functions = [new FunctionName("sql"), new FunctionName("sentiment")],
        Limits = new ApiKeyLimits { RequestsPerMinute = 60, TokensPerMinute = 9_000, MaxConcurrent = 4 },
        Secrets = [new ApiKeySecret("ab", Moment, null), new ApiKeySecret("cd", Moment, Moment.AddDays(1))],
        CreatedAt = Moment,
        ExpiresAt = Moment.AddDays(30),
    };

    public static AuditRecord Audit(int minute, string target = "sql.openfaas-fn") =>
        new(Moment.AddMinutes(minute), "admin", "function.deploy", target, 202);

    public static AsyncRequest Call(string id, string function = "sql", int bytes = 10, string? callback = null) => new()
    {
        Id = new CallId(id),
        Function = Id(function),
        Path = "/a/b",
        Query = "?x=1",
        Headers = new Dictionary<string, string> { ["Content-Type"] = "text/plain", ["Accept"] = "*/*" },
        Body = Enumerable.Range(0, bytes).Select(i => (byte)i).ToArray(),
        CallbackUrl = callback,
        StartedAt = Moment,
    };

    public static CallResult Result(int status = 200, int bytes = 3) =>
        new(status, new Dictionary<string, string> { ["X-A"] = "b" }, new byte[bytes], 1.25, Truncated: false);

    public static WorkerState Worker(string id, int running = 0) => new()
    {
        Id = new WorkerId(id),
        Url = "http://127.0.0.1:1234",
        Device = "cpu",
        DeviceBytes = 1L << 40,
        DeviceBytesUsed = 1L << 33,
        Running = running,
        Queued = 4,
        Sandboxes = 2,
        Draining = true,
        ControllerId = "c-1",
        NotEnforced = ["memory limit"],
        Resident = [new ResidentState(ResidentKind.Adapter, Digest(7), StorageTier.Device, 123, new TrustDomain("openfaas-fn"), TimeSpan.FromSeconds(2))],
    };

    public static LogLine Line(string function, int number) => new()
    {
        Name = function,
        Namespace = "openfaas-fn",
        Instance = "w-1",
        Timestamp = Moment.AddSeconds(number),
        Text = $"line {number}",
    };
}
