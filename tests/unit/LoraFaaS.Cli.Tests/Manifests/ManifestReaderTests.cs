using LoraFaaS.Cli.Manifests;
using LoraFaaS.Cli.Stack;

namespace LoraFaaS.Cli.Tests.Manifests;

public sealed class ManifestReaderTests
{
    /// <summary>As <c>faas-cli generate</c> of version 0.18 prints a stack's functions, with --api openfaas.com/v1 and then serving.knative.dev/v1.</summary>
    private const string Generated = """
        ---
        apiVersion: openfaas.com/v1
        kind: Function
        metadata:
          name: sentiment
          namespace: openfaas-fn
        spec:
          name: sentiment
          image: lora://lory-5m/sentiment:latest
          labels:
            com.openfaas.scale.zero: "true"
          annotations:
            topic: reviews
          environment:
            A: b
          secrets:
            - key
          limits:
            memory: 64Mi
            cpu: 100m
          requests:
            memory: 32Mi
          readOnlyRootFilesystem: true
        ---
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata:
          name: sql
          namespace: openfaas-fn
          annotations:
            topic: queries
        spec:
          template:
            metadata:
              annotations:
                topic: queries
            spec:
              containers:
              - name: sql
                image: lora://lory-5m/sql:latest
                env:
                - name: A
                  value: b
                volumeMounts:
                - name: key
                  mountPath: /var/openfaas/secrets
                  readOnly: true
              volumes:
              - name: key
                secret:
                  secretName: key
        """;

    [Fact]
    public void What_faas_cli_generates_is_read()
    {
        var manifests = ManifestReader.Read(Generated, "functions.yaml");

        var function = manifests[0].Deployment;
        Assert.Equal(("sentiment", "openfaas-fn", "lora://lory-5m/sentiment:latest"), (function.Service, function.Namespace, function.Image));
        Assert.Equal("true", function.Labels!["com.openfaas.scale.zero"]);
        Assert.Equal("reviews", function.Annotations!["topic"]);
        Assert.Equal("b", function.EnvVars!["A"]);
        Assert.Equal(["key"], function.Secrets!);
        Assert.Equal(("64Mi", "100m", "32Mi"), (function.Limits!.Memory, function.Limits.Cpu, function.Requests!.Memory));
        Assert.True(function.ReadOnlyRootFilesystem);

        var service = manifests[1].Deployment;
        Assert.Equal(("sql", "lora://lory-5m/sql:latest"), (service.Service, service.Image));
        Assert.Equal("queries", service.Annotations!["topic"]);
        Assert.Equal(["key"], service.Secrets!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("---\n---\n")]
    [InlineData("- a")]
    [InlineData("kind: Service")]
    [InlineData("apiVersion: v1\nkind: Secret")]
    [InlineData("apiVersion: openfaas.com/v1\nkind: Function\nmetadata: {name: a}\nspec: {imagge: x}")]
    [InlineData("{a: [b}")]
    [InlineData("%\0")]
    public void What_is_no_manifest_is_refused_with_the_files_name(string text) =>
        Assert.StartsWith("x.yaml", Assert.Throws<StackException>(() => ManifestReader.Read(text, "x.yaml")).Message, StringComparison.Ordinal);
}
