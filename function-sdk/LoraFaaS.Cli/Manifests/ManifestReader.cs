using LoraFaaS.Cli.Stack;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LoraFaaS.Cli.Manifests;

/// <summary>Reads a file of Kubernetes manifests: Knative's <c>Service</c> and OpenFaaS's <c>Function</c>, any number, in any order.</summary>
internal static class ManifestReader
{
    public static IReadOnlyList<Manifest> ReadFile(string path)
    {
        try
        {
            return Read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StackException($"{path}: {e.Message}");
        }
    }

    public static IReadOnlyList<Manifest> Read(string text, string path)
    {
        var manifests = new List<Manifest>();

        foreach (var document in Load(text, path).Documents)
        {
            switch (document.RootNode)
            {
                case YamlMappingNode root:
                    manifests.Add(ReadOne(new YamlMap(path, "", root)));
                    break;

                case YamlScalarNode { Value: null or "" }:
                    break;

                case var other:
                    throw new StackException($"{path}:{other.Start.Line}: a manifest must be a mapping.");
            }
        }

        return manifests.Count > 0 ? manifests : throw new StackException($"{path}: there is no manifest in it.");
    }

    private static Manifest ReadOne(YamlMap root)
    {
        var version = root.Text("apiVersion") ?? throw root.Fault("apiVersion", "is missing");
        var kind = root.Text("kind") ?? throw root.Fault("kind", "is missing");

        return (version, kind) switch
        {
            ("serving.knative.dev/v1", "Service") => KnativeServiceReader.Read(root),
            ("openfaas.com/v1", "Function") => OpenFaasFunctionReader.Read(root),
            _ => throw root.Fault("kind", $"is {kind} of {version}; known are Service of serving.knative.dev/v1 and Function of openfaas.com/v1"),
        };
    }

    private static YamlStream Load(string text, string path)
    {
        var yaml = new YamlStream();

        try
        {
            yaml.Load(new StringReader(text));
            return yaml;
        }
        catch (YamlException e)
        {
            throw new StackException($"{path}:{e.Start.Line}: {e.Message}");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            // The scanner lets a few of these out on damaged input.
            throw new StackException($"{path}: not YAML: {e.Message}");
        }
    }
}
