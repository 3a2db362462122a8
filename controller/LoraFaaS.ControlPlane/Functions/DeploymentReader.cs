using System.Collections.Frozen;
using System.Globalization;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>Understands a deployment by itself, without the catalogue: names, image, settings, quantities.</summary>
public static class DeploymentReader
{
    private const int MaxEntries = 256;
    private const int MaxValue = 64 * 1024;

    /// <summary>The function a deployment is for, checked before anything else so that an update of an unknown one can be told so.</summary>
    public static Problem? ReadId(FunctionDeployment deployment, out FunctionId id)
    {
        id = default;

        if (string.IsNullOrEmpty(deployment.Service))
        {
            return Bad("service", "the function's name is required");
        }

        if (!FunctionName.TryParse(deployment.Service, out var name))
        {
            return Bad("service", $"{OneLine.Quote(deployment.Service)} is not a valid name: lower-case letters, digits and dashes, at most {FunctionName.MaxLength}");
        }

        var namespaceName = NamespaceName.Default;

        if (!string.IsNullOrEmpty(deployment.Namespace) && !NamespaceName.TryParse(deployment.Namespace, out namespaceName))
        {
            return Bad("namespace", $"{OneLine.Quote(deployment.Namespace)} is not a valid namespace");
        }

        id = new FunctionId(namespaceName, name);
        return null;
    }

    public static DeploymentReading Read(FunctionDeployment deployment)
    {
        if (ReadId(deployment, out var id) is { } badId)
        {
            return new DeploymentReading.Refused(badId);
        }

        if (ReadImage(deployment.Image, out var image) is { } badImage)
        {
            return new DeploymentReading.Refused(badImage);
        }

        var problem = CheckMap("labels", deployment.Labels) ?? CheckMap("annotations", deployment.Annotations) ?? CheckMap("envVars", deployment.EnvVars) ?? CheckVariables(deployment.EnvVars)
            ?? CheckList("constraints", deployment.Constraints) ?? CheckList("secrets", deployment.Secrets)
            ?? CheckResources("limits", deployment.Limits) ?? CheckResources("requests", deployment.Requests);

        if (problem is not null)
        {
            return new DeploymentReading.Refused(problem);
        }

        return SettingsReader.Read(OrEmpty(deployment.Labels), OrEmpty(deployment.Annotations), out var settings) is { } badSetting
            ? new DeploymentReading.Refused(badSetting)
            : new DeploymentReading.Read(id, image!, settings);
    }

    private static Problem? ReadImage(string? text, out ImageReference? image)
    {
        image = null;

        if (string.IsNullOrEmpty(text))
        {
            return Bad("image", "an image is required, as in lora://<backbone>/<adapter>");
        }

        return ImageReference.TryParse(text, out image)
            ? null
            : Bad("image", $"{OneLine.Quote(text)} is not lora://<backbone>/<adapter>[:tag|@sha256:...] or lora://<backbone>");
    }

    /// <summary>No system takes these as names of variables.</summary>
    private static Problem? CheckVariables(IReadOnlyDictionary<string, string>? variables) =>
        variables?.Keys.FirstOrDefault(name => name.AsSpan().ContainsAny('=', '\0')) is { } bad
            ? Bad("envVars", $"{OneLine.Quote(bad)} is no name of an environment variable")
            : null;

    private static Problem? CheckMap(string field, IReadOnlyDictionary<string, string>? map)
    {
        if (map is null)
        {
            return null;
        }

        if (map.Count > MaxEntries)
        {
            return Bad(field, $"{map.Count} entries, at most {MaxEntries} are allowed");
        }

        foreach (var (key, value) in map)
        {
            // A null inside a map of strings is valid JSON and reaches us in spite of the type.
            if (value is null)
            {
                return Bad(field, $"{OneLine.Quote(key)} has no value");
            }

            if (key.Length is 0 or > 1024 || value.Length > MaxValue)
            {
                return Bad(field, $"{OneLine.Quote(key)} is empty or too long");
            }
        }

        return null;
    }

    private static Problem? CheckList(string field, IReadOnlyList<string>? list)
    {
        if (list is null)
        {
            return null;
        }

        if (list.Count > MaxEntries)
        {
            return Bad(field, $"{list.Count} entries, at most {MaxEntries} are allowed");
        }

        return list.Any(item => string.IsNullOrEmpty(item) || item.Length > 1024) ? Bad(field, "an entry is empty or too long") : null;
    }

    private static Problem? CheckResources(string field, FunctionResources? resources)
    {
        if (resources is null)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(resources.Memory) && !ByteSize.TryParse(resources.Memory, out _))
        {
            return Bad($"{field}.memory", $"{OneLine.Quote(resources.Memory)} is not a quantity, as in 64Mi");
        }

        if (!string.IsNullOrEmpty(resources.Cpu) && !IsCpuQuantity(resources.Cpu))
        {
            return Bad($"{field}.cpu", $"{OneLine.Quote(resources.Cpu)} is not a quantity, as in 100m");
        }

        return !string.IsNullOrEmpty(resources.NvidiaGpu) && !int.TryParse(resources.NvidiaGpu, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? Bad($"{field}.nvidia.com/gpu", $"{OneLine.Quote(resources.NvidiaGpu)} is not a whole number")
            : null;
    }

    private static bool IsCpuQuantity(string text)
    {
        var digits = text.EndsWith('m') ? text.AsSpan(..^1) : text;
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1_000_000_000;
    }

    private static IReadOnlyDictionary<string, string> OrEmpty(IReadOnlyDictionary<string, string>? map) =>
        map ?? FrozenDictionary<string, string>.Empty;

    private static Problem Bad(string field, string message) => new(ErrorCode.InvalidRequest, message, field);
}
