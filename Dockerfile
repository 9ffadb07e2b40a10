# The service's image: docker build --build-arg REVISION="$(git rev-parse HEAD)" . It is tested by test/image/run.
FROM mcr.microsoft.com/dotnet/sdk:10.0.401-noble AS build
ENV CI=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /checkout

# What a restore reads: the layer below changes with the packages alone.
COPY global.json nuget.config Directory.Build.props Directory.Packages.props ./
COPY src/EventPipeline/EventPipeline.csproj src/EventPipeline/packages.lock.json src/EventPipeline/
RUN dotnet restore src/EventPipeline --locked-mode -p:RuntimeIdentifier=linux-x64

# Analyzers judge the sources in CI; what they say changes nothing here.
COPY .editorconfig BannedSymbols.txt ./
COPY src src
ARG REVISION=
RUN dotnet publish src/EventPipeline --no-restore --configuration Release --runtime linux-x64 --output /app \
    -p:RunAnalyzers=false -p:SourceRevisionId=$REVISION

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble-chiseled
ARG REVISION=
LABEL org.opencontainers.image.title="EventPipeline" \
      org.opencontainers.image.description="AI usage and spend in BigQuery every morning, exactly once." \
      org.opencontainers.image.revision="$REVISION"

# No diagnostics socket, for the file system may be read-only; and PORT alone says where it listens.
ENV DOTNET_EnableDiagnostics=0 ASPNETCORE_HTTP_PORTS=
COPY --from=build /app /app
WORKDIR /app
USER $APP_UID
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 CMD ["/app/EventPipeline", "probe"]
ENTRYPOINT ["/app/EventPipeline"]
