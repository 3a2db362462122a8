namespace LoraFaaS.Client;

/// <summary>What a deployment did.</summary>
public enum DeploymentOutcome
{
    /// <summary>There was no such function before.</summary>
    Created,

    /// <summary>A function was there and was updated.</summary>
    Updated,
}
