# shellcheck shell=bash disable=SC2154 # ./services sets the folders
# A private Kafka broker: one node, KRaft, jars from Maven. Sourced by ./services.

readonly KAFKA_START_SECONDS=90
readonly KAFKA_COMMAND_SECONDS=60
readonly MAVEN_SECONDS=900
# A broker for tests, on a machine that also runs everything else: small heap, quick start.
readonly KAFKA_JVM=(-Xms128m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1)
# Made at every start: a broker that can make a topic is ready, one whose port accepts may not be.
readonly KAFKA_READINESS_TOPIC=services-readiness

start_kafka() {
    ensure_kafka_jars
    ensure_port_is_free kafka
    ensure_port_is_free kafka-controller
    write_kafka_configuration
    format_kafka
    start_program kafka "$logs/kafka.log" "$logs/kafka.log" \
        java -cp "$(kafka_jars)/*" "${KAFKA_JVM[@]}" \
        "-Dlog4j2.configurationFile=file:$checkout/deploy/kafka/log4j2.xml" \
        kafka.Kafka "$(kafka_configuration)"
    wait_for_start kafka "$KAFKA_START_SECONDS" kafka_accepts "$logs/kafka.log"
    make_kafka_topic "$KAFKA_READINESS_TOPIC"
    remember_as_printed kafka
}

stop_kafka() {
    stop_programs kafka
}

data_of_kafka() {
    printf '%s/kafka/data\n' "$state"
}

kafka_configuration() {
    printf '%s/kafka/server.properties\n' "$state"
}

kafka_accepts() {
    accepts "$(address_of kafka)"
}

# One folder per list of jars, so that a changed pom.xml is a new download, not a mixture.
kafka_jars() {
    local version key
    version=$(sed -nE 's#.*<kafka.version>(.*)</kafka.version>.*#\1#p' "$checkout/deploy/kafka/pom.xml")
    key=$(sha256sum "$checkout/deploy/kafka/pom.xml" | cut -c 1-8)
    printf '%s/kafka/libs/%s-%s\n' "$state" "$version" "$key"
}

has_kafka_jars() {
    [[ -d $(kafka_jars) ]]
}

# The folder gets its name only when it is complete. The plugin is called by its full name: one
# looked up by its prefix hides why it could not be got.
ensure_kafka_jars() {
    local jars partial
    has_kafka_jars && return 0
    jars=$(kafka_jars)
    partial=$jars.partial
    rm -rf -- "$partial"
    mkdir -p "$(dirname "$jars")"
    say "kafka: downloading the jars of deploy/kafka/pom.xml with Maven (about 54 MB)"
    timeout "$MAVEN_SECONDS" mvn -q -B -f "$checkout/deploy/kafka/pom.xml" \
        org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies \
        -DoutputDirectory="$partial" -DincludeScope=runtime \
        </dev/null >"$logs/maven.log" 2>&1 ||
        fail_with_log "$logs/maven.log" "Maven could not get Kafka's jars; name a broker that runs in TICKETING_KAFKA instead"
    mv -T -- "$partial" "$jars"
    # No broker of ours runs while its jars are fetched, so an older list is of no use any more.
    find "$(dirname "$jars")" -mindepth 1 -maxdepth 1 ! -path "$jars" -exec rm -rf -- {} +
}

# Written at every start, since a port may have changed; the data does not depend on it.
write_kafka_configuration() {
    mkdir -p "$state/kafka"
    cat >"$(kafka_configuration)" <<CONFIGURATION
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@$(address_of kafka-controller)
listeners=PLAINTEXT://$(address_of kafka),CONTROLLER://$(address_of kafka-controller)
advertised.listeners=PLAINTEXT://$(address_of kafka)
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$(data_of_kafka)
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=2097152
CONFIGURATION
}

format_kafka() {
    local cluster
    [[ ! -s $(data_of_kafka)/meta.properties ]] || return 0
    cluster=$(run_kafka kafka.tools.StorageTool random-uuid 2>>"$logs/kafka.log" | tail -n 1) ||
        fail_with_log "$logs/kafka.log" "kafka's storage tool does not run"
    run_kafka kafka.tools.StorageTool format -t "$cluster" -c "$(kafka_configuration)" \
        >>"$logs/kafka.log" 2>&1 || fail_with_log "$logs/kafka.log" "could not format kafka's data folder"
}

make_kafka_topic() {
    run_kafka org.apache.kafka.tools.TopicCommand --bootstrap-server "$(address_of kafka)" \
        --create --if-not-exists --topic "$1" --partitions 1 --replication-factor 1 \
        >>"$logs/kafka.log" 2>&1 || fail_with_log "$logs/kafka.log" "kafka accepts but makes no topic"
}

run_kafka() {
    timeout "$KAFKA_COMMAND_SECONDS" java -cp "$(kafka_jars)/*" "${KAFKA_JVM[@]}" \
        "-Dlog4j2.configurationFile=file:$checkout/deploy/kafka/log4j2.xml" "$@" </dev/null
}
