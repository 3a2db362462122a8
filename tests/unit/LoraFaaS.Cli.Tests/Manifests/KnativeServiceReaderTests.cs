using LoraFaaS.Cli.Manifests;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Tests.Manifests;

public sealed class KnativeServiceReaderTests
{
    private const string Whole = """
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata:
          name: sentiment
          namespace: dev
          labels: {team: reviews, networking.knative.dev/visibility: cluster-local}
          annotations: {lorafaas.io/temperature: "0.5"}
        spec:
          template:
            metadata:
              name: sentiment-00001
              annotations:
                autoscaling.knative.dev/min-scale: "2"
                autoscaling.knative.dev/maxScale: "5"
                autoscaling.knative.dev/target: "10"
                autoscaling.knative.dev/target-utilization-percentage: "70"
                autoscaling.knative.dev/window: 1m30s
                autoscaling.knative.dev/scale-to-zero-pod-retention-period: 30s
                autoscaling.knative.dev/panic-window-percentage: "10"
            spec:
              containerConcurrency: 4
              timeoutSeconds: 300
              serviceAccountName: default
              containers:
                - name: user-container
                  image: lora://lory-5m/sentiment:v2
                  env: [{name: A, value: b}, {name: EMPTY}]
                  ports: [{name: http1, containerPort: 8080}]
                  resources: {limits: {memory: 64Mi, cpu: 100m, nvidia.com/gpu: "1"}, requests: {memory: 32Mi}}
                  readinessProbe: {httpGet: {path: /}}
                  volumeMounts: [{name: v, mountPath: /var/openfaas/secrets}]
              volumes: [{name: v, secret: {secretName: key}}]
          traffic: [{latestRevision: true, percent: 100}]
        """;

    [Fact]
    public void What_has_a_meaning_reaches_the_deployment()
    {
        var deployment = Assert.Single(ManifestReader.Read(Whole, "service.yaml")).Deployment;

        Assert.Equal("sentiment", deployment.Service);
        Assert.Equal("dev", deployment.Namespace);
        Assert.Equal("lora://lory-5m/sentiment:v2", deployment.Image);
        Assert.Equal(new Dictionary<string, string> { ["A"] = "b", ["EMPTY"] = "" }, deployment.EnvVars);
        Assert.Equal(["key"], deployment.Secrets!);
        Assert.Equal("64Mi", deployment.Limits!.Memory);
        Assert.Equal("1", deployment.Limits.NvidiaGpu);
        Assert.Equal("32Mi", deployment.Requests!.Memory);
        Assert.Equal(
            new Dictionary<string, string> { ["lorafaas.io/temperature"] = "0.5", ["lorafaas.io/timeout"] = "300s", ["lorafaas.io/max-concurrent"] = "4" }, deployment.Annotations);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["team"] = "reviews",
                ["networking.knative.dev/visibility"] = "cluster-local",
                ["com.openfaas.scale.min"] = "2",
                ["com.openfaas.scale.max"] = "5",
                ["com.openfaas.scale.zero"] = "false",
                ["com.openfaas.scale.zero-duration"] = "120s",
                ["com.openfaas.scale.type"] = "capacity",
                ["com.openfaas.scale.target"] = "10",
                ["com.openfaas.scale.target-proportion"] = "0.7",
            },
            deployment.Labels);
    }

    [Theory]
    [InlineData("serviceAccountName")]
    [InlineData("ports")]
    [InlineData("readinessProbe")]
    [InlineData("panic-window-percentage")]
    [InlineData("target")]
    [InlineData("visibility")]
    public void What_has_no_effect_is_warned_of_by_name(string named) =>
        Assert.Contains(Assert.Single(ManifestReader.Read(Whole, "service.yaml")).Warnings, warning => warning.Contains(named, StringComparison.Ordinal));

    [Fact]
    public void The_smallest_service_scales_to_zero_as_Knatives_does()
    {
        var manifest = Assert.Single(ManifestReader.Read(Smallest(), "service.yaml"));

        Assert.Equal(new Dictionary<string, string> { ["com.openfaas.scale.zero"] = "true" }, manifest.Deployment.Labels);
        Assert.Empty(manifest.Deployment.Annotations!);
        Assert.Empty(manifest.Warnings);
    }

    [Theory]
    [InlineData("autoscaling.knative.dev/min-scale", "-1", "min-scale")]
    [InlineData("autoscaling.knative.dev/max-scale", "many", "max-scale")]
    [InlineData("autoscaling.knative.dev/min-scael", "1", "min-scael")]
    [InlineData("autoscaling.knative.dev/class", "hpa.autoscaling.knative.dev", "class")]
    [InlineData("autoscaling.knative.dev/metric", "cpu", "metric")]
    [InlineData("autoscaling.knative.dev/window", "1s", "window")]
    [InlineData("autoscaling.knative.dev/window", "soon", "window")]
    [InlineData("autoscaling.knative.dev/target", "0", "target")]
    public void A_bad_annotation_is_named(string name, string value, string named)
    {
        var text = Smallest($"metadata: {{annotations: {{{name}: \"{value}\"}}}}");

        Assert.Contains(named, Assert.Throws<StackException>(() => ManifestReader.Read(text, "service.yaml")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image: lora://b/a", "image: docker.io/library/alpine", "image")]
    [InlineData("image: lora://b/a", "name: x", "image")]
    [InlineData("image: lora://b/a", "image: lora://b/a, env: [{name: PORT, value: x}]", "PORT")]
    [InlineData("image: lora://b/a", "image: lora://b/a, env: [{name: A, valueFrom: {}}]", "valueFrom")]
    [InlineData("image: lora://b/a", "image: lora://b/a, envFrom: []", "envFrom")]
    [InlineData("image: lora://b/a", "image: lora://b/a, comand: []", "comand")]
    [InlineData("image: lora://b/a}]", "image: lora://b/a}, {image: lora://b/c}]", "containers")]
    [InlineData("containers:", "timeoutSeconds: 0, containers:", "timeoutSeconds")]
    [InlineData("containers:", "timeoutSeconds: 601, containers:", "timeoutSeconds")]
    [InlineData("containers:", "containerConcurrency: 1001, containers:", "containerConcurrency")]
    [InlineData("containers:", "volumes: [{name: v, emptyDir: {}}], containers:", "emptyDir")]
    [InlineData("containers:", "nodeSelector: {}, containers:", "nodeSelector")]
    [InlineData("name: small", "labels: {}", "name")]
    [InlineData("name: small", "name: small, labels: {networking.knative.dev/visibility: public}", "visibility")]
    [InlineData("kind: Service", "kind: Route", "kind")]
    [InlineData("serving.knative.dev/v1", "serving.knative.dev/v1beta1", "kind")]
    [InlineData("template:", "traffic: [{revisionName: small-1, percent: 100}]\n  template:", "traffic")]
    [InlineData("template:", "traffic: [{latestRevision: true, percent: 90}, {revisionName: a, percent: 10}]\n  template:", "traffic")]
    public void What_cannot_be_done_is_refused_by_name(string replaced, string by, string named)
    {
        var text = Smallest();
        Assert.Contains(replaced, text, StringComparison.Ordinal);

        var refused = Assert.Throws<StackException>(() => ManifestReader.Read(text.Replace(replaced, by, StringComparison.Ordinal), "service.yaml"));

        Assert.StartsWith("service.yaml", refused.Message, StringComparison.Ordinal);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{latestRevision: true, percent: 100}]", null)]
    [InlineData("[{percent: 100}]", null)]
    [InlineData("[{latestRevision: true, percent: 100, tag: now}]", "latest=100@now")]
    [InlineData("[{latestRevision: true, percent: 90}, {revisionName: small-00001, percent: 10, tag: old}]", "latest=90 rev1=10@old")]
    [InlineData("[{revisionName: small-00002, percent: 100}, {latestRevision: true, tag: next}]", "rev2=100 latest=0@next")]
    public void A_split_travels_as_an_annotation(string traffic, string? annotation)
    {
        var text = Smallest().Replace("template:", $"traffic: {traffic}\n  template:", StringComparison.Ordinal);

        var deployment = Assert.Single(ManifestReader.Read(text, "service.yaml")).Deployment;

        Assert.Equal(annotation, deployment.Annotations!.GetValueOrDefault(FunctionAnnotations.Traffic));
    }

    private static string Smallest(string revision = "metadata: {}") => $$"""
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata: {name: small}
        spec:
          template:
            {{revision}}
            spec: {containers: [{image: lora://b/a}]}
        """;
}
