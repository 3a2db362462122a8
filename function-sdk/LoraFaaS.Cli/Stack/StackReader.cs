using LoraFaaS.Contracts.Functions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LoraFaaS.Cli.Stack;

/// <summary>
/// Reads a stack.yml as faas-cli does (its schema 1.0), but refuses keys it does not know instead of passing over a typo.
/// </summary>
internal static class StackReader
{
    public static StackFile ReadFile(string path, Func<string, string?> environment)
    {
        try
        {
            var text = EnvironmentSubstitution.Apply(File.ReadAllText(path), environment);
            return Read(text, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StackException($"{path}: {e.Message}");
        }
    }

    /// <summary>Relative folders in the file are taken from the folder of <paramref name="path"/>.</summary>
    public static StackFile Read(string text, string path)
    {
        var yaml = new YamlStream();

        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new StackException($"{path}:{e.Start.Line}: {e.Message}");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            // The scanner lets a few of these out on damaged input (seen with stray '%' and NUL).
            throw new StackException($"{path}: not YAML: {e.Message}");
        }

        if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
        {
            throw new StackException($"{path}: expected one YAML document with the keys version, provider and functions.");
        }

        var reader = new YamlMap(path, "", root);
        reader.RefuseUnknown("version", "provider", "functions", "configuration");

        if (reader.Text("version") is { } version && version != "1.0")
        {
            throw reader.Fault("version", $"must be 1.0, not {version}");
        }

        var gateway = ReadProvider(reader);
        var functions = new List<StackFunction>();

        if (reader.Map("functions") is { } map)
        {
            foreach (var (name, node) in map.Children())
            {
                functions.Add(ReadFunction(name, node, Path.GetDirectoryName(Path.GetFullPath(path))!));
            }
        }

        return functions.Count > 0 ? new StackFile(gateway, functions) : throw new StackException($"{path}: functions: none are given.");
    }

    private static Uri? ReadProvider(YamlMap root)
    {
        if (root.Map("provider") is not { } provider)
        {
            return null;
        }

        provider.RefuseUnknown("name", "gateway");

        if (provider.Text("name") is { } name && name is not ("openfaas" or "lorafaas"))
        {
            throw provider.Fault("name", $"must be openfaas, not {name}");
        }

        if (provider.Text("gateway") is not { } gateway)
        {
            return null;
        }

        return Uri.TryCreate(gateway, UriKind.Absolute, out var uri) ? uri : throw provider.Fault("gateway", $"is not a URL: {gateway}");
    }

    private static StackFunction ReadFunction(string name, YamlMap map, string folder)
    {
        map.RefuseUnknown(
            "lang", "handler", "image", "fprocess", "namespace", "skip_build", "environment", "environment_file", "secrets", "labels",
            "annotations", "constraints", "limits", "requests", "readonly_root_filesystem", "build_args", "build_options", "build_secrets", "platforms");

        var image = map.Text("image") ?? throw map.Fault("image", "is missing: lora://<backbone>/<adapter>[:tag]");

        return new StackFunction
        {
            Handler = map.Text("handler") is { } handler ? Path.GetFullPath(Path.Combine(folder, handler)) : null,
            Deployment = new FunctionDeployment
            {
                Service = name,
                Image = image,
                Namespace = map.Text("namespace"),
                EnvProcess = map.Text("fprocess"),
                EnvVars = ReadEnvironment(map, folder),
                Secrets = map.Texts("secrets"),
                Labels = map.TextMap("labels"),
                Annotations = map.TextMap("annotations"),
                Constraints = map.Texts("constraints"),
                Limits = ReadResources(map, "limits"),
                Requests = ReadResources(map, "requests"),
                ReadOnlyRootFilesystem = map.Flag("readonly_root_filesystem"),
            },
        };
    }

    private static Dictionary<string, string>? ReadEnvironment(YamlMap map, string folder)
    {
        var given = map.TextMap("environment");
        var files = map.Texts("environment_file");

        if (files is null)
        {
            return given;
        }

        var merged = given ?? new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var file in files)
        {
            var path = Path.GetFullPath(Path.Combine(folder, file));

            if (!File.Exists(path))
            {
                throw map.Fault("environment_file", $"there is no file {path}");
            }

            var yaml = new YamlStream();
            yaml.Load(new StringReader(File.ReadAllText(path)));

            if (yaml.Documents is [{ RootNode: YamlMappingNode root }] && new YamlMap(path, "", root).TextMap("environment") is { } more)
            {
                foreach (var (key, value) in more)
                {
                    merged[key] = value;
                }
            }
        }

        return merged;
    }

    private static FunctionResources? ReadResources(YamlMap map, string key)
    {
        if (map.Map(key) is not { } resources)
        {
            return null;
        }

        resources.RefuseUnknown("memory", "cpu");
        return new FunctionResources { Memory = resources.Text("memory"), Cpu = resources.Text("cpu") };
    }
}
