using LoraFaaS.Cli.Stack;

namespace LoraFaaS.Cli.Tests.Stack;

public sealed class StackReaderTests
{
    private const string Whole = """
        version: 1.0
        provider:
          name: openfaas
          gateway: http://127.0.0.1:8080
        functions:
          sentiment:
            lang: dockerfile
            skip_build: true
            handler: ./adapters/sentiment
            image: lora://lory-5m/sentiment:latest
            namespace: dev
            fprocess: cat
            environment:
              A: b
            secrets: [one, two]
            labels:
              com.openfaas.scale.zero: true
            annotations:
              topic: reviews
            constraints: ["zone=a"]
            limits: {memory: 64Mi, cpu: 100m}
            requests: {memory: 32Mi}
            readonly_root_filesystem: true
        """;

    [Fact]
    public void Every_key_of_a_function_reaches_its_deployment()
    {
        var stack = StackReader.Read(Whole, "/somewhere/stack.yml");

        var function = Assert.Single(stack.Functions);
        var deployment = function.Deployment;
        Assert.Equal("/somewhere/adapters/sentiment", function.Handler);
        Assert.Equal("sentiment", deployment.Service);
        Assert.Equal("lora://lory-5m/sentiment:latest", deployment.Image);
        Assert.Equal("dev", deployment.Namespace);
        Assert.Equal("cat", deployment.EnvProcess);
        Assert.Equal("b", deployment.EnvVars!["A"]);
        Assert.Equal(["one", "two"], deployment.Secrets!);
        Assert.Equal("true", deployment.Labels!["com.openfaas.scale.zero"]);
        Assert.Equal("reviews", deployment.Annotations!["topic"]);
        Assert.Equal(["zone=a"], deployment.Constraints!);
        Assert.Equal("64Mi", deployment.Limits!.Memory);
        Assert.Null(deployment.Requests!.Cpu);
        Assert.True(deployment.ReadOnlyRootFilesystem);
        Assert.Equal(new Uri("http://127.0.0.1:8080"), stack.Gateway);
    }

    [Theory]
    [InlineData("functions:\n  f:\n    image: lora://b/a\n    anotations: {}\n", "stack.yml:4: functions.f.anotations is not a known key; did you mean annotations?")]
    [InlineData("function:\n  f: {}\n", "stack.yml:1: function is not a known key; did you mean functions?")]
    [InlineData("functions:\n  f:\n    lang: x\n", "functions.f.image is missing")]
    [InlineData("functions:\n  f: text\n", "functions.f must be a mapping")]
    [InlineData("version: 2.0\nfunctions: {}\n", "version must be 1.0, not 2.0")]
    [InlineData("provider: {name: kubeless}\nfunctions: {}\n", "provider.name must be openfaas, not kubeless")]
    [InlineData("functions:\n  f:\n    image: [a]\n", "functions.f.image must be a text")]
    [InlineData("functions:\n  f:\n    image: a\n    secrets: b\n", "functions.f.secrets must be a list")]
    [InlineData("functions:\n  f:\n    image: a\n    limits: {gpu: 1}\n", "functions.f.limits.gpu is not a known key")]
    [InlineData("functions: {}\n", "functions: none are given")]
    [InlineData("a: [unclosed", "stack.yml:")]
    [InlineData("- a\n- b\n", "expected one YAML document")]
    public void A_faulty_file_is_refused_with_line_and_key(string text, string expected)
    {
        var fault = Assert.Throws<StackException>(() => StackReader.Read(text, "stack.yml"));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_to_a_file_is_either_read_or_refused()
    {
        var random = new Random(20260);

        for (var round = 0; round < 3_000; round++)
        {
            var text = Whole.ToCharArray();

            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                text[random.Next(text.Length)] = "{}[]:-#&*!|>'\"%@`\n \t\0\u00e9a1"[random.Next(24)];
            }

            try
            {
                StackReader.Read(new string(text), "stack.yml");
            }
            catch (StackException)
            {
                // Refused by name: what a person can act on.
            }
        }
    }
}
