using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;

namespace LoraFaaS.Controller.Tests.Functions;

public sealed class DeploymentReaderTests
{
    private static readonly FunctionDeployment Good = new() { Service = "sentiment", Image = "lora://lory/sentiment:latest" };

    [Fact]
    public void The_least_deployment_is_read()
    {
        var read = Read(Good);

        Assert.Equal("sentiment.openfaas-fn", read.Id.ToString());
        Assert.Equal("lory", read.Image.Backbone.Value);
        Assert.Equal(1, read.Settings.Scale.InitialReplicas);
        Assert.Equal(0, read.Settings.Sampling.Temperature);
    }

    [Theory]
    [InlineData("lora://lory", null)]
    [InlineData("lora://lory:latest", null)]
    [InlineData("lora://lory-5m/ticket_router.v2:prod", "prod")]
    [InlineData("lora://lory/a", "latest")]
    public void Images_are_read(string image, string? tag)
    {
        var read = Read(Good with { Image = image });

        Assert.Equal(tag, read.Image is ImageReference.OfAdapter adapter ? adapter.Reference.Tag : null);
    }

    [Fact]
    public void A_digest_with_the_tag_that_faas_cli_appends_is_the_digest()
    {
        var digest = Digest.OfBytes("x"u8);
        var read = Read(Good with { Image = $"lora://lory/a@{digest}:latest" });

        Assert.Equal(digest, ((ImageReference.OfAdapter)read.Image).Reference.Pinned);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var read = Read(Good with
        {
            Labels = new Dictionary<string, string>
            {
                ["com.openfaas.scale.min"] = "2",
                ["com.openfaas.scale.max"] = "4",
                ["com.openfaas.scale.zero"] = "true",
                ["com.openfaas.scale.zero-duration"] = "5m",
                ["team"] = "search",
            },
            Annotations = new Dictionary<string, string>
            {
                ["lorafaas.io/isolation"] = "function",
                ["lorafaas.io/prompt"] = "raw",
                ["lorafaas.io/system-prompt"] = "You are terse.",
                ["lorafaas.io/temperature"] = "0.7",
                ["lorafaas.io/top-p"] = "0.9",
                ["lorafaas.io/top-k"] = "40",
                ["lorafaas.io/max-tokens"] = "64",
                ["lorafaas.io/seed"] = "-5",
                ["lorafaas.io/slo-ttft"] = "500ms",
                ["lorafaas.io/slo-tpot"] = "50ms",
                ["lorafaas.io/keep-alive"] = "1h30m",
                ["lorafaas.io/timeout"] = "30s",
                ["lorafaas.io/max-concurrent"] = "4",
                ["topic"] = "somebody else's",
            },
        }).Settings;

        Assert.Equal(IsolationMode.Function, read.Isolation);
        Assert.Equal(PromptMode.Raw, read.Prompt);
        Assert.Equal("You are terse.", read.SystemPrompt);
        Assert.Equal(new SamplingDefaults { Temperature = 0.7f, TopP = 0.9f, TopK = 40, MaxTokens = 64, Seed = -5 }, read.Sampling);
        Assert.Equal(TimeSpan.FromMilliseconds(500), read.SloTtft);
        Assert.Equal(TimeSpan.FromMilliseconds(50), read.SloTpot);
        Assert.Equal(TimeSpan.FromMinutes(90), read.KeepAlive);
        Assert.Equal(TimeSpan.FromSeconds(30), read.Timeout);
        Assert.Equal(4, read.MaxConcurrent);
        Assert.Equal(new ScaleRule { Min = 2, Max = 4, Zero = true, ZeroDuration = TimeSpan.FromMinutes(5) }, read.Scale);
    }

    [Theory]
    [InlineData(null, "service")]
    [InlineData("", "service")]
    [InlineData("Sentiment", "service")]
    [InlineData("a.b", "service")]
    [InlineData("-a", "service")]
    [InlineData("a\n", "service")]
    [InlineData("../etc", "service")]
    public void Bad_names_are_refused(string? service, string field) => Refuse(Good with { Service = service }, field);

    [Fact]
    public void A_name_has_at_most_63_characters()
    {
        Read(Good with { Service = new string('a', 63) });
        Refuse(Good with { Service = new string('a', 64) }, "service");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("functions/alpine:latest")]
    [InlineData("lora://")]
    [InlineData("lora:///a")]
    [InlineData("lora://lory/")]
    [InlineData("lora://lory/a/b")]
    [InlineData("lora://lory/../a")]
    [InlineData("lora://lory/a:")]
    [InlineData("lora://lory/a:b:c")]
    [InlineData("lora://lory/a@sha256:12")]
    [InlineData("lora://lory:v2")]
    public void Bad_images_are_refused(string? image) => Refuse(Good with { Image = image }, "image");

    [Theory]
    [InlineData("lorafaas.io/isolation", "process")]
    [InlineData("lorafaas.io/prompt", "Chat")]
    [InlineData("lorafaas.io/temperature", "hot")]
    [InlineData("lorafaas.io/temperature", "-1")]
    [InlineData("lorafaas.io/temperature", "NaN")]
    [InlineData("lorafaas.io/top-p", "0")]
    [InlineData("lorafaas.io/top-p", "1.1")]
    [InlineData("lorafaas.io/top-k", "1.5")]
    [InlineData("lorafaas.io/max-tokens", "0")]
    [InlineData("lorafaas.io/seed", "99999999999999999999")]
    [InlineData("lorafaas.io/slo-ttft", "0.5")]
    [InlineData("lorafaas.io/slo-tpot", "-5ms")]
    [InlineData("lorafaas.io/keep-alive", "10 m")]
    [InlineData("lorafaas.io/timeout", "0")]
    [InlineData("lorafaas.io/max-concurrent", "-1")]
    [InlineData("lorafaas.io/max-concurrent", "1001")]
    [InlineData("lorafaas.io/keepalive", "10m")]
    public void Each_bad_annotation_is_refused_by_its_name(string name, string value) =>
        Refuse(Good with { Annotations = new Dictionary<string, string> { [name] = value } }, name);

    [Theory]
    [InlineData("com.openfaas.scale.min", "-1")]
    [InlineData("com.openfaas.scale.min", "two")]
    [InlineData("com.openfaas.scale.max", "1001")]
    [InlineData("com.openfaas.scale.zero", "yes")]
    [InlineData("com.openfaas.scale.zero-duration", "15")]
    [InlineData("lorafaas.io/keep-alive", "10m")]
    public void Each_bad_label_is_refused_by_its_name(string name, string value) =>
        Refuse(Good with { Labels = new Dictionary<string, string> { [name] = value } }, name);

    [Fact]
    public void A_minimum_above_the_maximum_is_refused() =>
        Refuse(
            Good with { Labels = new Dictionary<string, string> { ["com.openfaas.scale.min"] = "3", ["com.openfaas.scale.max"] = "2" } },
            "com.openfaas.scale.min");

    [Theory]
    [InlineData("64Mi", "100m", null)]
    [InlineData("lots", null, "limits.memory")]
    [InlineData(null, "half", "limits.cpu")]
    [InlineData("-1Mi", null, "limits.memory")]
    public void Quantities_are_checked(string? memory, string? cpu, string? field)
    {
        var deployment = Good with { Limits = new FunctionResources { Memory = memory, Cpu = cpu } };

        if (field is null)
        {
            Read(deployment);
            return;
        }

        Refuse(deployment, field);
    }

    [Fact]
    public void A_null_among_strings_is_refused() =>
        Refuse(Good with { Labels = new Dictionary<string, string> { ["a"] = null! } }, "labels");

    [Fact]
    public void Messages_are_one_line_whatever_was_sent()
    {
        var reading = DeploymentReader.Read(Good with { Image = "lora://a\nInjected: header\r\n" + new string('x', 5_000) });
        var problem = Assert.IsType<DeploymentReading.Refused>(reading).Problem;

        Assert.DoesNotContain(problem.Message, char.IsControl);
        Assert.True(problem.Message.Length < 300);
    }

    private static DeploymentReading.Read Read(FunctionDeployment deployment) => Assert.IsType<DeploymentReading.Read>(DeploymentReader.Read(deployment));

    private static void Refuse(FunctionDeployment deployment, string field) =>
        Assert.Equal(field, Assert.IsType<DeploymentReading.Refused>(DeploymentReader.Read(deployment)).Problem.Field);
}
